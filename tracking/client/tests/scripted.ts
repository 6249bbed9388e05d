import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Server } from "chore-client"
import sample from "../sample_event.json" with { type: "json" }

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that gives these answers, one after the other, the last of them for ever, while `visit` runs. Returns what it was asked. */
export async function scripted(
    answers: Answer[],
    visit: (server: Server, asked: IncomingMessage[]) => Promise<void>,
): Promise<IncomingMessage[]> {
    const asked: IncomingMessage[] = []
    const server = createServer((request, response) => {
        asked.push(request)
        request.resume()
        answers[Math.min(asked.length, answers.length) - 1]?.(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    try {
        await visit({ url: `http://127.0.0.1:${port}`, token: "secret" }, asked)
    } finally {
        server.closeAllConnections()
        server.close()
    }
    return asked
}

export const eventOf = (id: number) => ({ ...sample, id })
export const created = (id: number) =>
    `event: tracking_event_created\nid: ${id}\ndata: ${JSON.stringify(eventOf(id))}\n\n`
export const opening = (id: number) => `retry: 1\nevent: stream-open\nid: ${id}\ndata:\n\n`
export const reset = (id: number) => `event: stream-reset\nid: ${id}\ndata: {"channels": ["family-1"]}\n\n`

/** A stream that ends after this. */
export const streams = (text: string): Answer => streamsAnd(text, (response) => response.end())
export const streamsThenBreaks = (text: string): Answer =>
    streamsAnd(text, (response) => setTimeout(() => response.destroy(), 20))
export const streamsThenIsSilent = (text: string): Answer => streamsAnd(text, () => {})

function streamsAnd(text: string, end: (response: ServerResponse) => void): Answer {
    return (_request, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" })
        response.write(text)
        end(response)
    }
}

export const answers =
    (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
        response.writeHead(status, { "Content-Type": "application/json", ...headers })
        response.end(typeof body === "string" ? body : JSON.stringify(body))
    }

export const refuses = (status: number, code: string, headers: Record<string, string> = {}): Answer =>
    answers(status, { type: "client_error", errors: [{ code, detail: "No.", attr: null }] }, headers)
