// deploy/grafana and deploy/prometheus ask for nothing that the server does not tell: an alert on a metric that is spelled wrong stays
// silent for ever, and so does one on a label.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { get, metrics } from '../support/http.mjs'
import { noPostgres, sharedPostgres } from '../support/postgres.mjs'
import { askedFor } from '../support/promql.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startServer } from '../support/server.mjs'

const kDeploy = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy')
const read = (file) => readFileSync(path.join(kDeploy, file), 'utf8')

/** Prometheus adds these to whatever it scrapes. */
const kScraped = ['job', 'instance']
const kPrometheusOwn = new Map([['up', new Set(kScraped)]])

const dashboard = JSON.parse(read('grafana/grtc.json'))
const panels = dashboard.panels.filter(({ type }) => type !== 'row')
const groups = parse(read('prometheus/alerts.yml')).groups
const rules = groups.flatMap((group) => group.rules)

/** Every expression of the two, with what it stands in. */
const expressions = [
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr, legendFormat }) => ({ where: `panel "${title}"`, expr, templates: [legendFormat] }))),
  ...dashboard.templating.list.filter(({ type }) => type === 'query')
    .map(({ name, definition }) => ({ where: `variable ${name}`, expr: definition.replace(/^label_values\((.*), (\w+)\)$/, 'count by ($2) ($1)'), templates: [] })),
  ...rules.map(({ alert, expr, annotations }) => ({ where: `alert ${alert}`, expr, templates: Object.values(annotations) })),
]

/** Labels of each metric of all servers that there may be: alone, with Redis, with PostgreSQL, with a TURN server to check. */
async function told(t) {
  const known = new Map(kPrometheusOwn)
  const redis = noRedis ? null : await startRedis(t)
  const database = noPostgres ? null : (await sharedPostgres()).createDatabase()
  const kinds = [{}, { TURN_URLS: 'turn:127.0.0.1:9', TURN_SECRET: 'not asked for', TURN_CHECK_S: '60' }, ...(redis ? [{ REDIS_URL: redis.url }] : []), ...(database ? [{ DATABASE_URL: database }] : [])]
  for (const env of kinds) {
    const server = await startServer(t, { env })
    await get(server, '/api/items')
    for (const { name, labels } of await metrics(server)) {
      if (!known.has(name)) known.set(name, new Set(kScraped))
      for (const label of Object.keys(labels)) known.get(name).add(label)
    }
  }
  return known
}

describe('What is watched', () => {
  const world = {}
  const cleanups = []
  before(async () => { world.told = await told({ after: (end) => cleanups.push(end) }) })
  after(async () => { for (const end of cleanups.reverse()) await end() })
  const absent = { grtc_bus_: noRedis, grtc_postgres_: noPostgres }
  const reasonFor = (names) => Object.entries(absent).find(([prefix, reason]) => reason && names.some((name) => name.startsWith(prefix)))?.[1] ?? false

  for (const { where, expr, templates } of expressions) {
    const asked = askedFor(expr)
    it(`${where} asks for what there is`, { skip: reasonFor(asked.metrics) }, () => {
      assert.notEqual(asked.metrics.length, 0, `no metric in ${expr}`)
      for (const name of asked.metrics) assert.ok(world.told.has(name), `/metrics has no ${name}: ${expr}`)
      for (const { metric, labels } of asked.selectors) {
        for (const label of labels) assert.ok(world.told.get(metric).has(label), `${metric} has no label ${label}: ${expr}`)
      }
      const of = new Set(asked.metrics.flatMap((name) => [...world.told.get(name)]))
      const shown = templates.flatMap((text) => [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label))
      for (const label of [...asked.labels, ...shown]) assert.ok(of.has(label), `no label ${label}: ${expr}`)
      // A sum keeps only what it is grouped by: a legend that names another label would be empty.
      if (asked.labels.length > 0) for (const label of shown) assert.ok(asked.labels.includes(label), `${label} is summed away: ${expr}`)
    })
  }

  it('the dashboard shows what it is for', () => {
    const shown = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => askedFor(expr).metrics)))
    for (const name of ['grtc_connections', 'grtc_rooms', 'grtc_peers', 'grtc_messages_total', 'grtc_relay_latency_seconds_bucket', 'grtc_queue_overflows_total', 'grtc_resumes_total',
      'grtc_failed_resumes_total', 'grtc_http_requests_total', 'grtc_sqlite_commit_batch_size_bucket', 'grtc_sqlite_commit_seconds_bucket', 'grtc_postgres_commit_seconds_bucket',
      'grtc_bus_reachable', 'grtc_bus_round_trip_seconds_bucket', 'grtc_bus_held', 'grtc_bus_refused_total']) assert.ok(shown.has(name), name)
  })

  it('the dashboard can be imported anywhere: its source is chosen, ids are its own, no panel covers another', () => {
    const taken = new Set()
    for (const { id, title, gridPos: { x, y, w, h } } of dashboard.panels) {
      assert.ok(!taken.has(`id ${id}`), `id ${id}: ${title}`)
      taken.add(`id ${id}`)
      assert.ok(x + w <= 24, title)
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          assert.ok(!taken.has(`${column} ${line}`), `${title} covers another panel`)
          taken.add(`${column} ${line}`)
        }
      }
    }
    for (const { title, datasource, targets } of panels) {
      for (const source of [datasource, ...targets.map((target) => target.datasource)]) assert.deepEqual(source, { type: 'prometheus', uid: '${source}' }, title)
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
    }
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, 'a title stands for one panel')
  })

  it('the rules have the shape that Prometheus asks for, and say what to do', () => {
    assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length)
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
    for (const { alert, expr, for: lasting, labels, annotations, ...rest } of rules) {
      assert.match(alert, /^Grtc[A-Z]\w+$/)
      assert.equal(typeof expr, 'string', alert)
      if (lasting !== undefined) assert.match(lasting, /^[1-9]\d*[smh]$/, alert)
      assert.match(labels.severity, /^(critical|warning)$/, alert)
      assert.match(annotations.summary, /\S/, alert)
      assert.match(annotations.description, /\.\)?$/, alert)
      assert.deepEqual(rest, {}, `${alert}: Prometheus refuses members that it does not know`)
      assert.deepEqual(Object.keys({ ...labels, ...annotations }).sort(), ['description', 'severity', 'summary'], alert)
    }
  })

  it('the example of a configuration scrapes the job that the rules are about', () => {
    const { rule_files, scrape_configs: [{ job_name, dns_sd_configs: [{ port }] }] } = parse(read('prometheus/prometheus.yml'))
    assert.deepEqual(rule_files, ['alerts.yml'])
    assert.equal(port, 8001)
    for (const { alert, expr } of rules) assert.ok(expr.includes(`job="${job_name}"`), alert)
  })
})
