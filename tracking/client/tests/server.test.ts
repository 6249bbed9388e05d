// The real server, with a demo's family: Ana and Ben, Mia and Leo.
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import {
    activatePenalty,
    activateTask,
    cancelActivation,
    cancelRequest,
    getTrackingEvent,
    iterateTrackingEvents,
    listTrackingEvents,
    redeemRequest,
    redeemReward,
    refundRequest,
    requestReward,
    type Server,
    streamTrackingEvents,
    type TrackingEvent,
} from "chore-client"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Chore, eventually } from "./chore.ts"

const chore = new Chore()
let parent: Server
let child: Server
let mia: number
let task: number
let penalty: number
let reward: number

beforeAll(async () => {
    await chore.install()
    parent = await chore.of("ana")
    child = await chore.of("mia")
    mia = (await told("me/", child)).child_id
    task = (await told("tasks/")).results[0].id
    penalty = (await told("penalties/")).results[0].id
    reward = await cheapReward()
})

afterAll(() => chore.remove())

// biome-ignore lint/suspicious/noExplicitAny: whatever it told
async function told(path: string, server = parent): Promise<any> {
    const answer = await fetch(`${server.url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${server.token}` } })
    return answer.json()
}

async function cheapReward(): Promise<number> {
    const answer = await fetch(`${parent.url}/api/v1/rewards/`, {
        method: "POST",
        headers: { Authorization: `Bearer ${parent.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ name: "Sticker", cost: 1 }),
    })
    return ((await answer.json()) as { id: number }).id
}

async function all(events: AsyncIterable<TrackingEvent>): Promise<TrackingEvent[]> {
    const found: TrackingEvent[] = []
    for await (const event of events) {
        found.push(event)
    }
    return found
}

const newest = async (): Promise<TrackingEvent | undefined> =>
    (await listTrackingEvents(parent, { limit: 1 })).results[0]

test("all pages are the trail, each event once, also while acts go on", async () => {
    const { count } = await listTrackingEvents(parent, { limit: 1 })
    const events: TrackingEvent[] = []
    for await (const event of iterateTrackingEvents(parent, { limit: 20 })) {
        if (events.length % 20 === 0) {
            await activateTask(parent, task, mia)
        }
        events.push(event)
    }

    expect(count).toBeGreaterThan(100)
    expect(new Set(events.map(({ id }) => id)).size).toBe(count)
    expect(events).toHaveLength(count)
    const [first] = events
    expect(await getTrackingEvent(parent, first?.id ?? 0)).toEqual(first)
})

test("filters are the server's, and so is what is wrong with them", async () => {
    const { results } = await listTrackingEvents(child, { entity_type: "reward", action: "redeemed" })

    expect(new Set(results.map(({ child_id, action }) => `${child_id} ${action}`))).toEqual(
        new Set([`${mia} redeemed`]),
    )
    await expect(listTrackingEvents(parent, { occurred_after: "yesterday" })).rejects.toMatchObject({
        status: 400,
        errors: [{ code: "invalid", attr: "occurred_after" }],
    })
    await expect(getTrackingEvent(parent, 999_999)).rejects.toMatchObject({ status: 404, code: "not_found" })
})

test("each act does what it says", async () => {
    const { child: before } = await activateTask(parent, task, mia)
    const tap = await activatePenalty(parent, penalty, mia)
    const undone = await cancelActivation(parent, tap.id)
    expect(undone).toMatchObject({ id: tap.id, cancelled_at: expect.any(String), child: before })

    const asked = await requestReward(child, reward, null)
    expect(asked).toMatchObject({ status: "pending", child_id: mia, child: { reserved: before.reserved + 1 } })
    expect(await cancelRequest(child, asked.id)).toMatchObject({ status: "cancelled", child: before })

    const again = await requestReward(parent, reward, mia)
    expect(await redeemRequest(parent, again.id)).toMatchObject({
        status: "redeemed",
        child: { points: before.points - 1 },
    })
    expect(await refundRequest(parent, again.id)).toMatchObject({ status: "refunded", child: before })
    expect(await redeemReward(parent, reward, mia)).toMatchObject({ status: "redeemed", reward_id: reward })
})

test("a refusal is told with its code", async () => {
    await expect(activateTask(child, task, mia)).rejects.toMatchObject({ status: 403, code: "permission_denied" })
})

test("an act whose answer is lost is done once", async () => {
    const before = await newest()
    let calls = 0
    const unlucky: typeof fetch = async (...request) => {
        const answer = await fetch(...request)
        calls += 1
        if (calls === 1) {
            throw new TypeError("The cable was pulled.")
        }
        return answer
    }

    const done = await activateTask({ ...parent, fetch: unlucky }, task, mia)

    const after = await newest()
    expect(calls).toBe(2)
    expect(after?.sequence).toBe((before?.child_id === mia ? before.sequence : 0) + 1)
    expect(after?.points_after).toBe(done.child.points)
})

test("the example follows through restarts, and tells each event once", async () => {
    const from = (await newest())?.id ?? 0
    const example = follow(String(from))
    try {
        await eventually(() => example.listening === 1)
        await activateTask(parent, task, mia)
        await eventually(() => example.ids.length === 1)
        for (const signal of ["SIGTERM", "SIGKILL"] as const) {
            await chore.end(signal)
            await chore.start()
            await activateTask(parent, task, mia)
            await activatePenalty(parent, penalty, mia)
            await eventually(() => example.ids.length >= (signal === "SIGTERM" ? 3 : 5))
        }
        await activateTask(parent, task, mia)
        await eventually(() => example.ids.length >= 6)
    } finally {
        example.process.kill()
    }

    const { results } = await listTrackingEvents(parent, { limit: 6 })
    expect(example.ids).toEqual(results.map(({ id }) => id).reverse())
    expect(example.listening).toBe(3)
})

function follow(since: string) {
    const script = fileURLToPath(new URL("../examples/follow.js", import.meta.url))
    const env = { ...process.env, CHORE_URL: parent.url, CHORE_TOKEN: parent.token }
    const running: ChildProcess = spawn(process.execPath, [script, since], { env })
    let [said, noted] = ["", ""]
    running.stdout?.on("data", (text) => (said += text))
    running.stderr?.on("data", (text) => (noted += text))
    return {
        process: running,
        get ids() {
            return [...said.matchAll(/^(\d+) .*\n/gm)].map(([, id]) => Number(id))
        },
        get listening() {
            return noted.split("Listening").length - 1
        },
    }
}

test("of an event that the server does not know it tells the trail anew", async () => {
    const trail = await all(iterateTrackingEvents(parent))
    for await (const item of streamTrackingEvents(parent, { lastEventId: 999_999 })) {
        if (item.type === "reset") {
            expect(item.events).toEqual(trail.reverse())
            return
        }
    }
})

test("of an admin in a family it is the family's trail, as the stream is", async () => {
    chore.manage("shell", "--no-imports", "--command", BEN_IS_ADMIN)
    const ben = await chore.of("ben")
    const { count } = await listTrackingEvents(parent, { limit: 1 })
    expect((await listTrackingEvents(ben, { limit: 1 })).count).toBeGreaterThan(count)

    for await (const item of streamTrackingEvents(ben, { lastEventId: 999_999 })) {
        if (item.type === "reset") {
            expect(item.events).toHaveLength(count)
            return
        }
    }
})

const BEN_IS_ADMIN = `
from children.models import User
User.objects.filter(username="ben").update(is_staff=True, is_superuser=True)
`

test("it ends with the token", async () => {
    const guest = await chore.of("ben")
    const end = (async () => {
        for await (const item of streamTrackingEvents(guest)) {
            if (item.type === "open") {
                const headers = { Authorization: `Bearer ${guest.token}` }
                await fetch(`${guest.url}/api/v1/auth/logout/`, { method: "POST", headers })
                await activateTask(parent, task, mia)
            }
        }
    })()

    await expect(end).rejects.toMatchObject({ status: 401, code: "authentication_failed" })
})
