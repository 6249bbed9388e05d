import { expect, test } from "vitest"
import { type Message, Parser } from "../src/sse.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const parsed = (text: string) => new Parser().read(bytes(text))

const STREAM =
    "\uFEFF: hello\r\nevent: a\rid: 1\ndata: ü\u{1F9F9}\ndata:two\n\nevent: b\r\n\r\ndata\n\ndata:  x\nretry: 20\nid\n\ndata: lost"
const MESSAGES: Message[] = [
    { event: "a", data: "ü\u{1F9F9}\ntwo", id: "1" },
    { event: "message", data: "", id: "1" },
    { event: "message", data: " x", id: "" },
]

test("it reads messages by the rules", () => {
    expect(parsed(STREAM)).toEqual(MESSAGES)
})

test("wherever it is cut, also within a letter or an end of line", () => {
    const whole = bytes(STREAM)
    for (let first = 0; first <= whole.length; first += 1) {
        const parser = new Parser()
        expect([...parser.read(whole.slice(0, first)), ...parser.read(whole.slice(first))]).toEqual(MESSAGES)
        expect(parser.retry).toBe(20)
    }
    const parser = new Parser()
    expect(Array.from(whole).flatMap((byte) => parser.read(new Uint8Array([byte])))).toEqual(MESSAGES)
})

test("what makes no sense is passed over", () => {
    expect(parsed("retry: soon\nid: a\0b\nnonsense\n:\nevent: a\n\ndata: x\n\n")).toEqual([
        { event: "message", data: "x", id: "" },
    ])
})
