// The README's snippets are one program, which the compiler accepts.
import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

test("the snippets are right TypeScript", () => {
    const snippets = [...readFileSync(here("../README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
        ([, code]) => code,
    )
    const program = here("./snippets.ts")
    writeFileSync(program, snippets.join("\n"))
    try {
        execFileSync("npx", ["tsc", "--project", here(".")], { encoding: "utf8" })
    } finally {
        rmSync(program)
    }
    expect(snippets.length).toBeGreaterThan(4)
})
