// The deployment, for real: images from the checkout, every command of docs/deploy.md, and what the guide promises, against running
// containers. `./dev test deploy` runs all of it, `./dev test deploy-fast` (CI) what is quick: GRTC_DEPLOY=fast.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Site, inventory, kFast, prepareDocker } from '../support/docker.mjs'
import { guide } from './guide.mjs'
import { image } from './image.mjs'
import { debianPackage } from './package.mjs'
import { relay } from './relay.mjs'
import { restartInMidChat } from './restart.mjs'

const { reason, end } = await prepareDocker()

if (reason) {
  end()
  it('the deployment', { skip: reason })
} else describe('the deployment', () => {
  /** @type {{site: Site}} */
  const world = {}
  let found
  before(() => {
    found = inventory()
    world.site = new Site()
  })
  after(async () => {
    await world.site.end()
    assert.deepEqual(inventory(), found, 'nothing is left behind')
    end()
  })

  image(world)
  restartInMidChat(world)
  guide(world)
  if (!kFast) {
    relay(world)
    debianPackage(world)
  }
})
