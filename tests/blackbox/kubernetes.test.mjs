// deploy/kubernetes: Kubernetes would take it, its parts find each other, and it agrees with what the server does.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { run } from '../support/command.mjs'
import { get } from '../support/http.mjs'
import { faultsOf } from '../support/kubernetes.mjs'
import { startServer } from '../support/server.mjs'

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const kFolder = path.join(kRoot, 'deploy', 'kubernetes')
/** What a server takes for its last HTTP answers after the sockets are closed, and the kubelet to notice the end. */
const kLastSeconds = 5

const objects = readdirSync(kFolder).flatMap((file) => parseAllDocuments(readFileSync(path.join(kFolder, file), 'utf8')).map((document) => {
  assert.deepEqual([...document.errors, ...document.warnings].map(String), [], file)
  return document.toJS()
}))
const the = (kind) => {
  const found = objects.filter((object) => object.kind === kind)
  assert.equal(found.length, 1, `one ${kind}`)
  return found[0]
}
const deployment = the('Deployment')
const config = the('ConfigMap').data
const pod = deployment.spec.template
const [container] = pod.spec.containers
const probes = { startup: container.startupProbe, readiness: container.readinessProbe, liveness: container.livenessProbe }

describe('deploy/kubernetes', () => {
  it('is what Kubernetes takes', () => {
    assert.ok(objects.length >= 4)
    assert.deepEqual(faultsOf(objects), [])
  })

  it('would not be, with a member misspelt, a number for a text, or one that has to be there left out', () => {
    for (const [what, spoil] of Object.entries({
      readynessProbe: (object) => { object.spec.template.spec.containers[0].readynessProbe = {} },
      replicas: (object) => { object.spec.replicas = '3' },
      selector: (object) => { delete object.spec.selector },
      cpu: (object) => { object.spec.template.spec.containers[0].resources.requests.cpu = 1 },
    })) {
      const spoilt = structuredClone(deployment)
      spoil(spoilt)
      const faults = faultsOf([spoilt])
      assert.equal(faults.length, 1, `${what}: ${faults.join('\n')}`)
    }
  })

  it('has parts that find each other', () => {
    const labels = pod.metadata.labels
    const finds = (selector, who) => {
      assert.notEqual(Object.keys(selector).length, 0, who)
      for (const [name, value] of Object.entries(selector)) assert.equal(labels[name], value, who)
    }
    finds(deployment.spec.selector.matchLabels, 'Deployment')
    finds(the('Service').spec.selector, 'Service')
    finds(the('PodDisruptionBudget').spec.selector.matchLabels, 'PodDisruptionBudget')
    for (const { labelSelector } of pod.spec.topologySpreadConstraints) finds(labelSelector.matchLabels, 'spread')
    const { apiVersion, kind, name } = the('HorizontalPodAutoscaler').spec.scaleTargetRef
    assert.deepEqual([apiVersion, kind, name], [deployment.apiVersion, deployment.kind, deployment.metadata.name])
    const names = container.ports.map((port) => port.name)
    for (const { targetPort } of the('Service').spec.ports) assert.ok(names.includes(targetPort))
    for (const [who, probe] of Object.entries(probes)) assert.ok(names.includes(probe.httpGet.port), who)
    for (const rule of the('Ingress').spec.rules) {
      for (const { backend: { service } } of rule.http.paths) {
        assert.equal(service.name, the('Service').metadata.name)
        assert.ok(the('Service').spec.ports.some((port) => port.name === service.port.name))
      }
    }
    assert.deepEqual(container.envFrom.map((from) => from.configMapRef?.name).filter(Boolean), [the('ConfigMap').metadata.name])
    for (const { name: mounted } of container.volumeMounts) assert.ok(pod.spec.volumes.some((volume) => volume.name === mounted), mounted)
  })

  it('gives a pod more time than it needs to drain, and never stops all at once', () => {
    const seconds = Number(container.lifecycle.preStop.exec.command[1])
    const needed = seconds + Number(config.DRAIN_SECONDS) + kLastSeconds
    assert.ok(needed < pod.spec.terminationGracePeriodSeconds, `${needed} s are needed, ${pod.spec.terminationGracePeriodSeconds} s given`)
    const { failureThreshold, periodSeconds } = probes.readiness
    assert.ok(failureThreshold * periodSeconds <= seconds, 'who drains is known to, before it does')
    assert.ok(the('PodDisruptionBudget').spec.maxUnavailable < deployment.spec.replicas)
    assert.equal(deployment.spec.strategy.rollingUpdate.maxUnavailable, 0)
    assert.ok(the('HorizontalPodAutoscaler').spec.minReplicas >= 2)
  })

  it('starts a server with its settings, which answers at its probes; an image of this version', async (t) => {
    const known = (await run(['settings', '--markdown'])).stdout
    for (const name of Object.keys(config)) assert.ok(known.includes(`\`${name}\``), `${name} is no setting`)
    const server = await startServer(t, { env: config })
    for (const [who, { httpGet }] of Object.entries(probes)) assert.equal((await get(server, httpGet.path)).status, 200, who)
    assert.ok(known.includes(`| \`PORT\` | \`${container.ports[0].containerPort}\` |`), 'the port is the default one')
    assert.equal(container.image.split(':').at(-1), readFileSync(path.join(kRoot, 'VERSION'), 'utf8').trim())
  })

  it('lets a pod do no more than the image needs', () => {
    const dockerfile = readFileSync(path.join(kRoot, 'Dockerfile'), 'utf8')
    assert.ok(dockerfile.includes(`useradd --uid ${pod.spec.securityContext.runAsUser} `))
    assert.ok(container.volumeMounts.some(({ mountPath }) => dockerfile.includes(`VOLUME ${mountPath}\n`)))
    assert.equal(pod.spec.securityContext.runAsNonRoot, true)
    assert.equal(pod.spec.automountServiceAccountToken, false)
    assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
  })
})
