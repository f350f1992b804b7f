// The image: its size, what it may do, and how it bears a ./data that is not its own.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { inspect, kPrebuilt } from '../support/docker.mjs'
import { waitFor } from '../support/server.mjs'

const kMb = 1_000_000

/** Starts a container of the image with a data folder that `make` has made; resolves with its name. */
async function startWith(site, t, name, make) {
  await site.sh(`docker run --rm --user root --entrypoint sh -v "$PWD/${name}:/here" grtc -c '${make}'`)
  await site.sh(`docker run -d --name ${name} --network none --read-only --tmpfs /tmp --cap-drop ALL -v "$PWD/${name}:/app/data" grtc`)
  t.after(() => site.sh(`docker rm -f ${name}; docker run --rm --user root --entrypoint rm -v "$PWD:/here" grtc -rf /here/${name}`))
  return { healthy: () => waitFor(() => inspect(name).State.Health.Status === 'healthy', { timeoutMs: 30_000, what: () => `${name} to be healthy` }),
    log: () => site.sh(`docker logs ${name} 2>&1`) }
}

export function image(world) {
  describe('the image', () => {
    it(`is built from the checkout${kPrebuilt ? ' (with the binary of build/release)' : ''}`, async () => {
      await world.site.sh('docker-compose build 2>&1')
      await world.site.sh('docker build --target slim -t grtc:slim . 2>&1')
    })

    it('is under 150 MB, and slim is under 60 MB more than its base', () => {
      const size = (name) => inspect(name).Size
      assert.ok(size('grtc') < 150 * kMb, `${size('grtc') / kMb} MB`)
      assert.ok(size('grtc:slim') - size('debian:bookworm-slim') < 60 * kMb, `${(size('grtc:slim') - size('debian:bookworm-slim')) / kMb} MB`)
    })

    if (!kPrebuilt) {
      it('installs no package again for a changed source', async () => {
        const source = path.join(world.site.folder, 'src/core/room.cpp')
        const before = readFileSync(source)
        writeFileSync(source, `${before}\n`)
        const output = await world.site.sh('docker build --target packages . 2>&1')
        writeFileSync(source, before) // or a later build would compile all of it, beside calls that are watched
        assert.match(output, /RUN \. \/setup\.sh.*\n ---> Using cache|CACHED/)
      })
    }

    it('stops within its grace time at SIGTERM, with exit code 0', async (t) => {
      const container = await startWith(world.site, t, 'grtc-stops', 'chown 1000:1000 /here')
      await container.healthy()
      const begun = Date.now()
      await world.site.sh('docker stop -t 30 grtc-stops')
      assert.ok(Date.now() - begun < 20_000, 'it did not wait for the kill')
      assert.equal(inspect('grtc-stops').State.ExitCode, 0)
    })

    it('says in one line how to mend a data folder of another user, does not restart, and starts once it is mended', async (t) => {
      const container = await startWith(world.site, t, 'grtc-foreign', 'touch /here/items.db; chown -R 0:0 /here; chmod 755 /here')
      const said = await waitFor(() => container.log(), { what: 'the line' })
      assert.match(said, /^grtc: \/app\/data cannot be written by user 1000:1000 \(it belongs to 0:0\)\. On the host run: sudo chown -R 1000:1000 \.\/data\n$/)
      assert.equal(inspect('grtc-foreign').State.Running, true)
      await world.site.sh('docker run --rm --user root --entrypoint chown -v "$PWD/grtc-foreign:/here" grtc -R 1000:1000 /here')
      await container.healthy()
    })
  })
}
