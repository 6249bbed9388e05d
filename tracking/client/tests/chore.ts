import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { Server } from "chore-client"

const ROOT = fileURLToPath(new URL("../../../", import.meta.url))
const PYTHON = process.env.CHORE_TEST_PYTHON ?? join(ROOT, ".venv/bin/python")
const PASSWORD = "sunny-kitchen-7" // of everybody in the demo
const PATIENCE = 30_000

/** The real server, with the demo's families, which can be stopped, killed, and started again at the same address. */
export class Chore {
    readonly #data = mkdtempSync(join(tmpdir(), "chore-client-"))
    #port = 0
    #process: ChildProcess | null = null

    get url(): string {
        return `http://127.0.0.1:${this.#port}`
    }

    async install(): Promise<void> {
        this.#port = await freePort()
        this.manage("migrate", "--verbosity=0")
        this.manage("demo")
        await this.start()
    }

    manage(...command: string[]): string {
        return execFileSync(PYTHON, ["manage.py", ...command], {
            cwd: ROOT,
            env: this.#environment(),
            encoding: "utf8",
        })
    }

    async start(): Promise<void> {
        this.#process = spawn(PYTHON, ["manage.py", "serve"], { cwd: ROOT, env: this.#environment(), stdio: "ignore" })
        await eventually(async () => (await fetch(`${this.url}/readyz`)).ok)
    }

    async end(signal: NodeJS.Signals): Promise<void> {
        const server = this.#process
        if (server !== null && server.exitCode === null) {
            server.kill(signal)
            await once(server, "exit")
        }
    }

    async remove(): Promise<void> {
        await this.end("SIGKILL")
        rmSync(this.#data, { recursive: true })
    }

    /** Log in, and return what the client needs. */
    async of(username: string): Promise<Server> {
        const answer = await fetch(`${this.url}/api/v1/auth/login/`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ username, password: PASSWORD }),
        })
        return { url: this.url, token: ((await answer.json()) as { token: string }).token }
    }

    #environment(): NodeJS.ProcessEnv {
        const others = Object.entries(process.env).filter(([name]) => !/^(CHORE|DATABASE|REDIS)_/.test(name))
        return { ...Object.fromEntries(others), CHORE_DATA_DIR: this.#data, CHORE_PORT: String(this.#port) }
    }
}

/** Wait until it is so; what throws is not so yet. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
    const until = Date.now() + PATIENCE
    while (
        !(await Promise.resolve()
            .then(isSo)
            .catch(() => false))
    ) {
        if (Date.now() > until) {
            throw new Error(`Not in ${PATIENCE} ms: ${isSo}`)
        }
        await sleep(20)
    }
}

async function freePort(): Promise<number> {
    const probe = createServer().listen(0, "127.0.0.1")
    await once(probe, "listening")
    const address = probe.address()
    probe.close()
    return typeof address === "object" && address !== null ? address.port : 0
}
