const LONGEST = 30_000

/** Return for how many milliseconds to wait after so many failures in a row, not all clients for as long. */
export function backoff(failures: number, first: number): number {
    return Math.min(LONGEST, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
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

/** A signal that is aborted with another one, and when too long passes between two calls of `wait` and `rest`. */
export class Patience {
    readonly #controller = new AbortController()
    readonly #milliseconds: number
    readonly #signal: AbortSignal | undefined
    readonly #giveUp = () => this.#controller.abort(this.#signal?.reason)
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(milliseconds: number, signal: AbortSignal | undefined) {
        signal?.throwIfAborted()
        this.#milliseconds = milliseconds
        this.#signal = signal
        signal?.addEventListener("abort", this.#giveUp, { once: true })
    }

    get signal(): AbortSignal {
        return this.#controller.signal
    }

    /** Wait for something, but not for ever. */
    async wait<Value>(something: Promise<Value>): Promise<Value> {
        const late = new DOMException(`Nothing came for ${this.#milliseconds} ms.`, "TimeoutError")
        this.#timer = setTimeout(() => this.#controller.abort(late), this.#milliseconds)
        try {
            return await something
        } finally {
            clearTimeout(this.#timer)
        }
    }

    /** Let go of everything that still goes on. */
    end(): void {
        this.#signal?.removeEventListener("abort", this.#giveUp)
        this.#controller.abort()
    }
}
