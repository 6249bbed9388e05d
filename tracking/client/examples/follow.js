// CHORE_TOKEN=... node examples/follow.js [EVENT]: tells each act once, whatever restarts, from now on or since that event.
import process from "node:process"
import { ChoreError, streamTrackingEvents } from "chore-client"

const { CHORE_URL = "http://localhost:8000", CHORE_TOKEN = "" } = process.env
const [since] = process.argv.slice(2)

/** @param {import("chore-client").TrackingEvent} event */
function tell({ id, occurred_at, child_id, entity_type, action, delta, metadata }) {
    process.stdout.write(
        `${id} ${occurred_at} child ${child_id}: ${metadata?.entity_name} (${entity_type}) ${action}, ${delta}\n`,
    )
}

try {
    const from = since === undefined ? {} : { lastEventId: Number(since) }
    for await (const item of streamTrackingEvents({ url: CHORE_URL, token: CHORE_TOKEN }, from)) {
        if (item.type === "event") {
            tell(item.event)
        } else if (item.type === "reset") {
            process.stderr.write("The trail begins anew:\n")
            item.events.forEach(tell)
        } else {
            process.stderr.write(
                item.type === "open" ? `Listening after event ${item.id}.\n` : "Cut off; trying again.\n",
            )
        }
    }
} catch (error) {
    if (!(error instanceof ChoreError)) {
        throw error
    }
    process.stderr.write(`${error.status}: ${error.message}\n`)
    process.exitCode = 1
}
