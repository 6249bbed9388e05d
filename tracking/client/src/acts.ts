import { ChoreError, ConnectionError } from "./errors.ts"
import type { Stoppable } from "./events.ts"
import { ask, type Server } from "./http.ts"
import type { components } from "./schema.ts"
import { backoff, LONGEST, pause } from "./waiting.ts"

/** What was applied, and the child's balance after it. */
export type Activation = components["schemas"]["ActivationWithChild"]
/** What was asked for, and the child's balance after it. */
export type RewardRequest = components["schemas"]["RewardRequestWithChild"]

export interface ActOptions extends Stoppable {
    /** A key of your own, for an act that may have been tried before: under one key it is done once. Otherwise one is made. */
    readonly idempotencyKey?: string | null | undefined
}

const ATTEMPTS = 5
const FIRST_PAUSE = 500

/** A parent: the child did a task. */
export function activateTask(server: Server, task: number, child: number, options?: ActOptions): Promise<Activation> {
    return act(server, `tasks/${task}/activate/`, { child }, options)
}

/** A parent: the child gets a penalty. */
export function activatePenalty(
    server: Server,
    penalty: number,
    child: number,
    options?: ActOptions,
): Promise<Activation> {
    return act(server, `penalties/${penalty}/activate/`, { child }, options)
}

/** A parent: it was a wrong tap. */
export function cancelActivation(server: Server, activation: number, options?: ActOptions): Promise<Activation> {
    return act(server, `activations/${activation}/cancel/`, {}, options)
}

/** A parent for a child, or a child for itself (`child` is null then). */
export function requestReward(
    server: Server,
    reward: number,
    child: number | null,
    options?: ActOptions,
): Promise<RewardRequest> {
    return act(server, `rewards/${reward}/request/`, child === null ? {} : { child }, options)
}

/** A parent: the child gets a reward, whether or not it has asked for it. */
export function redeemReward(
    server: Server,
    reward: number,
    child: number,
    options?: ActOptions,
): Promise<RewardRequest> {
    return act(server, `rewards/${reward}/redeem/`, { child }, options)
}

/** A parent: the child gets what it asked for. */
export function redeemRequest(server: Server, request: number, options?: ActOptions): Promise<RewardRequest> {
    return act(server, `reward-requests/${request}/redeem/`, {}, options)
}

/** A parent denies it, or the child withdraws it. */
export function cancelRequest(server: Server, request: number, options?: ActOptions): Promise<RewardRequest> {
    return act(server, `reward-requests/${request}/cancel/`, {}, options)
}

/** A parent: the child gets its points back. */
export function refundRequest(server: Server, request: number, options?: ActOptions): Promise<RewardRequest> {
    return act(server, `reward-requests/${request}/refund/`, {}, options)
}

/** Try a few times under one key, where no answer came: it is done once. Throws ChoreError, ConnectionError. */
async function act<Answer>(server: Server, path: string, body: object, options: ActOptions = {}): Promise<Answer> {
    const { signal } = options
    const key = options.idempotencyKey ?? newKey()
    for (let attempt = 1; ; attempt += 1) {
        try {
            return await ask<Answer>(server, path, { method: "POST", body, key, signal })
        } catch (error) {
            if (attempt === ATTEMPTS || !isPassing(error)) {
                throw error
            }
            await pause(waitAfter(error, attempt), signal)
        }
    }
}

function isPassing(error: unknown): boolean {
    return error instanceof ConnectionError || (error instanceof ChoreError && isSoonOver(error))
}

/** Nobody expects an act long after the tap. */
function isSoonOver({ status, retryAfter }: ChoreError): boolean {
    return [502, 503, 504].includes(status) && (retryAfter ?? 0) * 1000 <= LONGEST
}

function waitAfter(error: unknown, attempt: number): number {
    const asked = error instanceof ChoreError ? (error.retryAfter ?? 0) * 1000 : 0
    return Math.max(asked, backoff(attempt, FIRST_PAUSE))
}

/** Browsers have randomUUID on pages that came by HTTPS only. */
function newKey(): string {
    if ("randomUUID" in crypto) {
        return crypto.randomUUID()
    }
    const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16))
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
