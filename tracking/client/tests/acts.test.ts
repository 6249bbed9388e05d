import { activateTask, ChoreError, iterateTrackingEvents, listTrackingEvents, requestReward } from "chore-client"
import { expect, test } from "vitest"
import { answers, eventOf, refuses, scripted } from "./scripted.ts"

test("an act that was not answered is tried again under its key, and a refusal is not", async () => {
    const script = [
        answers(502, "<html>"),
        refuses(503, "unavailable", { "Retry-After": "0" }),
        refuses(409, "last_parent"),
    ]

    const asked = await scripted(script, async (server) => {
        const error: unknown = await activateTask(server, 3, 1).catch((refused: unknown) => refused)
        expect(error).toMatchObject({ status: 409, code: "last_parent", idempotencyKey: expect.any(String) })
    })

    const keys = asked.map(({ headers }) => headers["idempotency-key"])
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(asked[0]).toMatchObject({ method: "POST", url: "/api/v1/tasks/3/activate/" })
})

test("each act has a key of its own, unless it is given one", async () => {
    const asked = await scripted([answers(201, {})], async (server) => {
        await activateTask(server, 3, 1)
        await activateTask(server, 3, 1)
        await requestReward(server, 3, null, { idempotencyKey: "mine" })
    })

    const [one, other, given] = asked.map(({ headers }) => headers["idempotency-key"])
    expect(one).not.toBe(other)
    expect(given).toBe("mine")
})

test("an error tells what is wrong, and its numbers", async () => {
    const errors = [
        { code: "insufficient_points", detail: "Too few.", attr: "child", meta: { have: 1, reserved: 0, need: 9 } },
    ]

    await scripted([answers(409, { type: "client_error", errors }, { "Retry-After": "7" })], async (server) => {
        const error: unknown = await listTrackingEvents(server).catch((refused: unknown) => refused)

        expect(error).toBeInstanceOf(ChoreError)
        expect(error).toMatchObject({ message: "child: Too few.", errors, retryAfter: 7, idempotencyKey: null })
    })
})

test("another address than the server's is never followed", async () => {
    const pages = [
        answers(200, {
            count: 2,
            next: "http://127.0.0.1:1/api/v1/tracking/events/?as_of=7&offset=1",
            results: [eventOf(7)],
        }),
        answers(200, { count: 2, next: null, results: [eventOf(6)] }),
        answers(302, "", { Location: "http://127.0.0.1:1/" }),
    ]

    const asked = await scripted(pages, async (server) => {
        const ids: number[] = []
        for await (const { id } of iterateTrackingEvents(server, { child_id: 1 })) {
            ids.push(id)
        }
        expect(ids).toEqual([7, 6])
        await expect(listTrackingEvents(server)).rejects.toMatchObject({ name: "ConnectionError" })
    })

    expect(asked.map(({ url }) => url)).toEqual([
        "/api/v1/tracking/events/?limit=500&child_id=1",
        "/api/v1/tracking/events/?as_of=7&offset=1",
        "/api/v1/tracking/events/",
    ])
})

test("nobody acts long after the tap", async () => {
    const asked = await scripted([refuses(503, "unavailable", { "Retry-After": "3600" })], async (server) => {
        await expect(activateTask(server, 3, 1)).rejects.toMatchObject({ status: 503, retryAfter: 3600 })
    })

    expect(asked).toHaveLength(1)
})

test("an answer that is not Chore's is no answer", async () => {
    await scripted(
        [answers(200, {}), answers(200, "<html>"), answers(500, { errors: [{ code: "x" }] })],
        async (server) => {
            await expect(listTrackingEvents(server)).rejects.toMatchObject({ name: "ConnectionError" })
            await expect(listTrackingEvents(server)).rejects.toMatchObject({ name: "ConnectionError" })
            await expect(listTrackingEvents(server)).rejects.toMatchObject({
                message: "The server answered 500.",
                code: null,
            })
        },
    )
})
