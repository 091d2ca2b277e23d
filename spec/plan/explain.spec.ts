import { describe, expect, test } from 'vitest'
import { aggregate, count, discard, eventTime, explain, from, fromArray, keyBy, map, sideOutput, sink, source, topology, tumbling, window } from 'millrace'
import type { ExplainFormat } from 'millrace'
import { committedSink } from '../../lib/testing/committed-sink.ts'

const late = sideOutput<number>('late')
const counts = from(source('numbers', fromArray([1, 2, 3]))).pipe(
  map((n) => n, { name: 'as they "are"' }),
  eventTime((n) => n),
  keyBy((n) => n % 2, { id: 'by-parity' }),
  window(tumbling(10), { lateTo: late, allowedLateness: 2 }),
  aggregate(count(), { id: 'n' }),
)
const explained = topology(null, 'explained', counts.to(sink('counts', committedSink<unknown>())), from(late).to(sink('late-numbers', discard())))
/** Lines move when this file is edited. */
const described = (format: ExplainFormat): string => explain(explained, { format, parallelism: 2 }).replaceAll(/explain\.spec\.ts:\d+/g, 'PLACE')

describe('explain', () => {
  test('says in words what runs where', () => {
    expect(described('text')).toMatchInlineSnapshot(`
      "topology explained, parallelism 2, fingerprint b96cf3f24296655b

      actor numbers ×2
        source numbers (fromArray) at PLACE
        as they "are" (map) 'numbers.map' at PLACE
        eventTime 'numbers.eventTime' at PLACE, state per split
        keyBy 'by-parity' at PLACE
        combine for 'n' at PLACE
        → n, by key group

      actor n ×2
        aggregate 'n' at PLACE, state per key
        → counts, all to one
        → late-numbers [late], all to one

      actor counts ×1
        sink counts (committed records) at PLACE
        delivery: exactly once

      actor late-numbers ×1
        sink late-numbers (discard) at PLACE
        delivery: at least once unless it has prepare and commit"
    `)
  })

  test('is text unless a format is given', () => {
    expect(explain(explained)).toBe(explain(explained, { format: 'text', parallelism: 1 }))
  })

  test('draws a Mermaid graph', () => {
    expect(described('mermaid')).toMatchInlineSnapshot(`
      "flowchart LR
        v0(["numbers ×2<br/>as they #quot;are#quot;<br/>eventTime<br/>keyBy<br/>combine"])
        v1["n ×2<br/>aggregate"]
        v2[/"counts ×1"/]
        v3[/"late-numbers ×1"/]
        v0 -->|"by key group"| v1
        v1 -->|"all to one"| v2
        v1 -->|"late, all to one"| v3"
    `)
  })

  test('gives JSON', () => {
    expect(JSON.parse(described('json'))).toMatchInlineSnapshot(`
      {
        "edges": [
          {
            "from": "numbers",
            "port": "",
            "routing": "key",
            "to": "n",
          },
          {
            "from": "n",
            "port": "",
            "routing": "gather",
            "to": "counts",
          },
          {
            "from": "n",
            "port": "late",
            "routing": "gather",
            "to": "late-numbers",
          },
        ],
        "fingerprint": "b96cf3f24296655b",
        "maxParallelism": 128,
        "parallelism": 2,
        "topology": "explained",
        "vertices": [
          {
            "id": "numbers",
            "parallelism": 2,
            "region": 0,
            "sink": null,
            "source": {
              "id": "numbers",
              "name": "fromArray",
              "site": "PLACE",
            },
            "stages": [
              {
                "id": "numbers.map",
                "kind": "map",
                "name": "as they "are"",
                "schema": "",
                "site": "PLACE",
                "state": null,
              },
              {
                "id": "numbers.eventTime",
                "kind": "eventTime",
                "name": "eventTime",
                "schema": "eventTime v1",
                "site": "PLACE",
                "state": "split",
              },
              {
                "id": "by-parity",
                "kind": "keyBy",
                "name": "keyBy",
                "schema": "",
                "site": "PLACE",
                "state": null,
              },
              {
                "id": "n",
                "kind": "combine",
                "name": "combine",
                "schema": "",
                "site": "PLACE",
                "state": null,
              },
            ],
          },
          {
            "id": "n",
            "parallelism": 2,
            "region": 0,
            "sink": null,
            "source": null,
            "stages": [
              {
                "id": "n",
                "kind": "aggregate",
                "name": "aggregate",
                "schema": "tumbling 10+0 L2 aggregate count v2",
                "site": "PLACE",
                "state": "key",
              },
            ],
          },
          {
            "id": "counts",
            "parallelism": 1,
            "region": 0,
            "sink": {
              "delivery": "exactly once",
              "id": "counts",
              "name": "committed records",
              "site": "PLACE",
            },
            "source": null,
            "stages": [],
          },
          {
            "id": "late-numbers",
            "parallelism": 1,
            "region": 0,
            "sink": {
              "delivery": "at least once unless it has prepare and commit",
              "id": "late-numbers",
              "name": "discard",
              "site": "PLACE",
            },
            "source": null,
            "stages": [],
          },
        ],
        "warnings": [],
      }
    `)
  })

  test('names the place of each stage', () => {
    expect(explain(explained)).toMatch(/eventTime 'numbers\.eventTime' at explain\.spec\.ts:\d+/)
  })

  test('refuses what is no topology, and a format it does not have', () => {
    expect(() => explain({ id: 'no' })).toThrow(expect.objectContaining({ code: 'TOPOLOGY_INVALID' }))
    expect(() => explain(explained, { format: 'xml' as ExplainFormat })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})
