/** Milliseconds: nobody is made to wait for longer. */
export const LONGEST = 30_000

/** Return for how many milliseconds to wait after so many failures in a row, not all clients for as long. */
export function backoff(failures: number, first: number): number {
    return Math.min(LONGEST, first * 2 ** Math.max(failures - 1, 0)) * (0.5 + Math.random() / 2)
}

/** Wait. Throws the signal's reason once it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const stop = () => {
            clearTimeout(timer)
            reject(signal?.reason)
        }
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", stop)
            resolve()
        }, milliseconds)
        signal?.addEventListener("abort", stop, { once: true })
    })
}

/** A signal that is aborted with another one, and when something takes too long. */
export class Patience {
    readonly #controller = new AbortController()
    readonly #milliseconds: number
    readonly #signal: AbortSignal | undefined
    readonly #giveUp = () => this.#controller.abort(this.#signal?.reason)
    readonly #over: Promise<never>

    constructor(milliseconds: number, signal: AbortSignal | undefined) {
        signal?.throwIfAborted()
        this.#milliseconds = milliseconds
        this.#signal = signal
        signal?.addEventListener("abort", this.#giveUp, { once: true })
        this.#over = new Promise((_resolve, reject) => {
            this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true })
        })
        this.#over.catch(() => {}) // nobody may be waiting
    }

    get signal(): AbortSignal {
        return this.#controller.signal
    }

    /** Wait for something, but not for ever, whether or not it hears the signal: Node's `fetch` may have lost it. */
    async wait<Value>(something: Promise<Value>): Promise<Value> {
        const late = new DOMException(`Nothing came for ${this.#milliseconds} ms.`, "TimeoutError")
        const timer = setTimeout(() => this.#controller.abort(late), this.#milliseconds)
        try {
            return await Promise.race([something, this.#over])
        } finally {
            clearTimeout(timer)
        }
    }

    /** Let go of everything that still goes on. */
    end(): void {
        this.#signal?.removeEventListener("abort", this.#giveUp)
        this.#controller.abort()
    }
}
