// The Debian package: installed, started and purged in a fresh Debian.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { kPrebuilt, kRepository } from '../support/docker.mjs'

const kFolder = path.join(kRepository, 'build/package')
const kName = 'grtc-package-test'

export function debianPackage(world) {
  it('the Debian package installs, starts and purges cleanly', async (t) => {
    if (!kPrebuilt) await world.site.sh(`cd ${kRepository} && ./dev package`)
    const file = readdirSync(kFolder).find((name) => name.endsWith('.deb'))
    await world.site.sh(`docker run -d --name ${kName} -v ${kFolder}:/package:ro debian:bookworm-slim sleep 600`)
    t.after(() => world.site.sh(`docker rm -f ${kName}`))
    const inside = (command) => world.site.sh(`docker exec -i ${kName} sh -eu`, { input: command })
    // systemd itself looks at the unit; it is not run there.
    await inside(`apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends systemd curl /package/${file}`)
    assert.equal((await inside('dpkg-query -W -f "\\${db:Status-Status}" grtc; stat -c " %a" /etc/grtc.env')).trim(), 'installed 600')
    assert.equal(await inside('systemd-analyze verify grtc.service 2>&1'), '')
    const exposure = Number(/exposure level for grtc.service: ([\d.]+)/.exec(await inside('systemd-analyze security --offline=true --no-pager grtc.service'))[1])
    assert.ok(exposure < 3, `systemd-analyze security says ${exposure}`)

    const started = await inside(`
      . /etc/grtc.env; export ENVIRONMENT DATABASE_PATH
      $(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/grtc.service) & server=$!
      for n in $(seq 50); do grtc health && break; sleep 0.1; done
      curl -sf http://localhost:8001/ | head -n 1; grtc db check
      kill $server; wait $server; echo "ended with $?"`)
    assert.match(started, /"status":"ok"/)
    assert.match(started, /<!doctype html>/i)
    assert.match(started, /\/var\/lib\/grtc\/items\.db: all is well/)
    assert.match(started, /ended with 0/)

    await inside('apt-get purge -q -y grtc')
    assert.equal((await inside('ls -d /etc/grtc.env /usr/bin/grtc /usr/lib/systemd/system/grtc.service /var/lib/grtc 2>/dev/null || true')).trim(), '')
    assert.equal((await inside('dpkg --audit; dpkg-query -W -f "\\${db:Status-Status}" grtc 2>/dev/null || true')).trim(), '')
  })
}
