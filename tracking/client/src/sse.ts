/** One message, by the rules of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export interface Message {
    readonly event: string
    readonly data: string
    /** The last id that was sent, with this message or before it. */
    readonly id: string
}

const END_OF_LINE = /\r\n|\r|\n/

/** Reads an event stream, however it is cut into pieces. */
export class Parser {
    /** Milliseconds to wait before coming back, if the server said so. */
    retry: number | null = null
    readonly #decoder = new TextDecoder()
    #line = ""
    #isAfterReturn = false
    #id = ""
    #event = ""
    #data: string[] = []

    /** Return the messages that are complete with this piece. */
    read(piece: Uint8Array): Message[] {
        const text = this.#decoder.decode(piece, { stream: true })
        if (text === "") {
            return []
        }
        // A line that ended with a carriage return is complete, whether or not the rest of its end is still to come.
        const isRestOfEnd = this.#isAfterReturn && text.startsWith("\n")
        this.#isAfterReturn = text.endsWith("\r")
        const lines = (this.#line + (isRestOfEnd ? text.slice(1) : text)).split(END_OF_LINE)
        this.#line = lines.pop() ?? ""
        return lines.flatMap((line) => (line === "" ? this.#dispatch() : this.#take(line)))
    }

    #take(line: string): Message[] {
        const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
        this.#set(name, value ?? "")
        return []
    }

    #set(name: string | undefined, value: string): void {
        if (name === "event") {
            this.#event = value
        } else if (name === "data") {
            this.#data.push(value)
        } else if (name === "id" && !value.includes("\0")) {
            this.#id = value
        } else if (name === "retry" && /^\d+$/.test(value)) {
            this.retry = Number(value)
        }
    }

    #dispatch(): Message[] {
        const message = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id }
        const isEmpty = this.#data.length === 0
        this.#event = ""
        this.#data = []
        return isEmpty ? [] : [message]
    }
}
