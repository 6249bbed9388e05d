import { ChoreError, ConnectionError, type StreamItem, type StreamOptions, streamTrackingEvents } from "chore-client"
import { expect, test } from "vitest"
import {
    type Answer,
    answers,
    created,
    eventOf,
    opening,
    refuses,
    reset,
    scripted,
    streams,
    streamsThenBreaks,
    streamsThenIsSilent,
} from "./scripted.ts"

/** Follow until `enough` says so, and return what came, in short, and with which last id each connection began. */
async function followed(script: Answer[], last: number, options: StreamOptions = {}) {
    const told: string[] = []
    const asked = await scripted(script, async (server) => {
        for await (const item of streamTrackingEvents(server, options)) {
            told.push(inShort(item))
            if (item.type === "event" && item.event.id === last) {
                break
            }
        }
    })
    return {
        told,
        began: asked.filter(({ url }) => url?.includes("stream")).map(({ headers }) => headers["last-event-id"]),
    }
}

function inShort(item: StreamItem): string {
    switch (item.type) {
        case "open":
            return `open ${item.id}`
        case "event":
            return `event ${item.event.id}`
        case "reset":
            return `reset ${item.events.map(({ id }) => id)}`
        case "disconnected":
            return item.error === null ? "ended" : item.error.name
    }
}

test("it comes back with its last id, and tells each event once", async () => {
    const script = [
        streams(opening(6) + created(7) + created(8)),
        streamsThenBreaks(opening(8) + created(8) + created(9)),
        streams(opening(9) + created(10)),
    ]

    const { told, began } = await followed(script, 10)

    expect(told).toEqual([
        ...["open 6", "event 7", "event 8", "ended"],
        ...["open 8", "event 9", "ConnectionError"],
        ...["open 9", "event 10"],
    ])
    expect(began).toEqual([undefined, "8", "9"])
})

test("cut off before its first event it misses none", async () => {
    const { began } = await followed([streams(opening(6)), streams(opening(6) + created(7))], 7)

    expect(began).toEqual([undefined, "6"])
})

test("it begins where it is told to, for the family it is told of", async () => {
    const asked = await scripted([streams(opening(0) + created(1))], async (server) => {
        for await (const item of streamTrackingEvents(server, { lastEventId: 0, familyId: 3 })) {
            expect(inShort(item)).toBe("open 0")
            break
        }
    })

    expect(asked.map(({ url, headers }) => [url, headers["last-event-id"], headers.authorization])).toEqual([
        ["/api/v1/tracking/stream/?family_id=3", "0", "Bearer secret"],
    ])
})

const pageOf = (...ids: number[]): Answer => answers(200, { count: ids.length, next: null, results: ids.map(eventOf) })

test("of a server that was restored it tells the trail anew, without what the stream still brings", async () => {
    const script = [streams(opening(4) + reset(4)), pageOf(5, 4, 2), streams(opening(4) + created(5))]

    const { told, began } = await followed(script, 5, { lastEventId: 9 })

    expect(told).toEqual(["open 9", "reset 2,4", "ended", "open 4", "event 5"])
    expect(began).toEqual(["9", "4"])
})

test("where the trail cannot be read it is asked for again", async () => {
    const script = [
        streams(opening(4) + reset(4)),
        refuses(500, "error"),
        streamsThenIsSilent(opening(4) + reset(4) + created(5)),
        pageOf(4),
    ]

    const { told, began } = await followed(script, 5, { lastEventId: 9 })

    expect(told).toEqual(["open 9", "ChoreError", "open 9", "reset 4", "event 5"])
    expect(began).toEqual(["9", "9"])
})

test("a connection on which nothing comes is given up", async () => {
    const script = [streamsThenIsSilent(opening(6)), streams(opening(6) + created(7))]

    expect((await followed(script, 7, { silence: 50 })).told).toEqual([
        "open 6",
        "ConnectionError",
        "open 6",
        "event 7",
    ])
})

test.each([
    ["a restart behind a proxy", answers(502, "<html>")],
    ["a proxy that does not know it yet", answers(404, "404 page not found")],
    ["a database that is away", refuses(503, "unavailable", { "Retry-After": "0" })],
    ["a page of somebody else", answers(200, "<html>", { "Content-Type": "text/html" })],
])("it goes on after %s", async (_name, answer) => {
    const { told } = await followed([streams(opening(6)), answer, streams(opening(6) + created(7))], 7)

    expect(told).toHaveLength(5)
    expect(told.slice(-2)).toEqual(["open 6", "event 7"])
})

test.each([
    [400, "invalid"],
    [401, "authentication_failed"],
    [403, "permission_denied"],
    [404, "not_found"],
    [503, "cannot_stream"],
])("it ends with %i %s", async (status, code) => {
    const script = [streams(opening(6) + created(7)), refuses(status, code)]

    const end = await followed(script, 8).catch((error: unknown) => error)

    expect(end).toBeInstanceOf(ChoreError)
    expect(end).toMatchObject({ status, code })
})

test.each([
    ["while nothing comes", streamsThenIsSilent(opening(6))],
    ["while it waits to come back", refuses(500, "error", { "Retry-After": "60" })],
])("it ends when it is stopped %s", async (_name, answer) => {
    const controller = new AbortController()
    const asked = scripted([answer], async (server) => {
        for await (const _item of streamTrackingEvents(server, { signal: controller.signal })) {
            setTimeout(() => controller.abort(new Error("enough")), 20)
        }
    })

    await expect(asked).rejects.toThrow("enough")
})

test("an error of connecting tells its cause", async () => {
    for await (const item of streamTrackingEvents({ url: "http://127.0.0.1:1", token: "secret" })) {
        expect(item).toMatchObject({ type: "disconnected", error: { cause: expect.any(TypeError) } })
        expect(item).toMatchObject({ error: expect.any(ConnectionError) })
        break
    }
})

// Node's own `fetch` may lose its signal when garbage is collected.
const deaf: typeof fetch = (request) => fetch(request)

test("a connection on which nothing comes is given up also where fetch is deaf", async () => {
    const asked = await scripted(
        [streamsThenIsSilent(opening(6)), streams(opening(6) + created(7))],
        async (server) => {
            for await (const item of streamTrackingEvents({ ...server, fetch: deaf }, { silence: 50 })) {
                if (item.type === "event") {
                    break
                }
            }
        },
    )

    await expect.poll(() => asked.map(({ socket }) => socket.destroyed)).toEqual([true, true])
})

test("it lets go when the loop is left, and when it is stopped, also where fetch is deaf", async () => {
    const controller = new AbortController()
    await scripted([streamsThenIsSilent(opening(6))], async (server, asked) => {
        for await (const _item of streamTrackingEvents({ ...server, fetch: deaf })) {
            break
        }
        await expect.poll(() => asked[0]?.socket.destroyed).toBe(true)
        const stopped = (async () => {
            for await (const _item of streamTrackingEvents({ ...server, fetch: deaf }, { signal: controller.signal })) {
                setTimeout(() => controller.abort(new Error("enough")), 20)
            }
        })()
        await expect(stopped).rejects.toThrow("enough")
        await expect.poll(() => asked[1]?.socket.destroyed).toBe(true)
    })
})

test("stopped amid a piece it tells no more of it", async () => {
    const controller = new AbortController()
    const told: string[] = []
    const stopped = scripted([streams(opening(6) + created(7) + created(8))], async (server) => {
        for await (const item of streamTrackingEvents(server, { signal: controller.signal })) {
            told.push(inShort(item))
            if (item.type === "event") {
                controller.abort(new Error("enough"))
            }
        }
    })

    await expect(stopped).rejects.toThrow("enough")
    expect(told).toEqual(["open 6", "event 7"])
})

test("a message that is torn is asked for again", async () => {
    const torn = "event: tracking_event_created\nid: 7\ndata: {\n\n"

    const { told } = await followed([streams(opening(6) + torn), streams(opening(6) + created(7))], 7)

    expect(told).toEqual(["open 6", "ConnectionError", "open 6", "event 7"])
})

test.each([
    ["no address", { url: "chore.example.org" }],
    ["an address with a password", { url: "http://me:secret@127.0.0.1" }],
    ["a token on two lines", { token: "secret\r\nX-Forged: yes" }],
])("a mistake of the caller's is thrown at once: %s", async (_name, wrong) => {
    const stream = streamTrackingEvents({ url: "http://127.0.0.1:1", token: "secret", ...wrong })

    await expect(stream.next()).rejects.toThrow(TypeError)
})
