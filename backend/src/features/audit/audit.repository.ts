import type pg from 'pg';
import { textArray, timestampArray } from '../../database/binary-array.js';
import { Filter, pageLimit } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import { CHAIN_START, type ChainedRow, type ChainHead } from './audit.chain.js';
import type { AuditOutcome, AuditQuery } from './audit.schema.js';

/** An entry as its columns take it. The database adds its place in the chain. */
export interface AuditRow extends Omit<ChainedRow, 'position' | 'previousHash' | 'hash' | 'outcome'> {
  outcome: AuditOutcome;
}

const ENTRY = jsonObject({
  position: 'a.position',
  at: 'a.at',
  action: 'a.action',
  outcome: 'a.outcome',
  actor: jsonObject({ kind: 'a.actor_kind', id: 'a.actor_id', name: 'a.actor_name' }),
  target: `CASE WHEN a.target_kind IS NOT NULL THEN ${jsonObject({ kind: 'a.target_kind', id: 'a.target_id' })} END`,
  remote: 'a.remote',
  requestId: 'a.request_id',
  details: 'a.details::json',
  hash: `encode(a.hash, 'hex')`,
});

/** The trigger numbers and chains the rows in the order in which they are inserted. */
const INSERT = `
  INSERT INTO audit_entries (at, action, outcome, actor_kind, actor_id, actor_name, target_kind, target_id,
                             remote, request_id, details)
  SELECT at, action, outcome::audit_outcome, actor_kind, actor_id::uuid, actor_name, target_kind, target_id,
         remote, request_id, details
  FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::text[], $11::text[]) WITH ORDINALITY
       AS entry (at, action, outcome, actor_kind, actor_id, actor_name, target_kind, target_id,
                 remote, request_id, details, place)
  ORDER BY place`;

const CHAIN_PAGE = `
  SELECT position, at, action, outcome::text, actor_kind AS "actorKind", actor_id AS "actorId",
         actor_name AS "actorName", target_kind AS "targetKind", target_id AS "targetId", remote,
         request_id AS "requestId", details, previous_hash AS "previousHash", hash
  FROM audit_entries WHERE position > $1 ORDER BY position LIMIT $2`;

export class AuditRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** In one commit, all or none. */
  async append(rows: AuditRow[]): Promise<void> {
    await this.pool.query({
      name: 'append-audit-entries',
      text: INSERT,
      values: [
        timestampArray(rows.map(({ at }) => at)),
        textArray(rows.map(({ action }) => action)),
        textArray(rows.map(({ outcome }) => outcome)),
        textArray(rows.map(({ actorKind }) => actorKind)),
        textArray(rows.map(({ actorId }) => actorId)),
        textArray(rows.map(({ actorName }) => actorName)),
        textArray(rows.map(({ targetKind }) => targetKind)),
        textArray(rows.map(({ targetId }) => targetId)),
        textArray(rows.map(({ remote }) => remote)),
        textArray(rows.map(({ requestId }) => requestId)),
        textArray(rows.map(({ details }) => details)),
      ],
    });
  }

  /** Newest first, as JSON text; the `key` of a page's end is the position. */
  list({ limit, cursor, action, actorId, targetId, outcome, from, to }: AuditQuery): Promise<JsonPage> {
    const filter = new Filter()
      .and('a.action = ?', action)
      .and('a.actor_id = ?::uuid', actorId)
      .and('a.target_id = ?', targetId)
      .and('a.outcome = ?::audit_outcome', outcome)
      .and('a.at >= ?', from)
      .and('a.at < ?', to)
      .and('a.position < ?::bigint', cursor);
    return readPage(
      this.pool,
      `SELECT a.position::text AS key, '' AS id, ${ENTRY}::text AS json FROM audit_entries a
       ${filter.where} ORDER BY a.position DESC LIMIT ${pageLimit(limit)}`,
      filter,
      limit,
    );
  }

  async head(): Promise<ChainHead> {
    const { rows } = await this.pool.query<{ position: string; hash: Buffer }>(
      'SELECT position, hash FROM audit_entries ORDER BY position DESC LIMIT 1',
    );
    return rows[0] ? { position: BigInt(rows[0].position), hash: rows[0].hash } : CHAIN_START;
  }

  /** The rows after a position, in the order of positions, as they are stored. */
  async chainPage(after: bigint, limit: number): Promise<ChainedRow[]> {
    const { rows } = await this.pool.query<Omit<ChainedRow, 'position'> & { position: string }>(CHAIN_PAGE, [
      after.toString(),
      limit,
    ]);
    return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
  }
}
