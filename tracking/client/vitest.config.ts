import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
    resolve: { alias: { "chore-client": fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
    test: { include: ["tests/**/*.test.ts"], testTimeout: 20_000, hookTimeout: 60_000 },
})
