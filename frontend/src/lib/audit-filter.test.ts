import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { queryOf, readAuditFilter, searchOf } from './audit-filter.ts';

describe('the filter of the audit log', () => {
  it('comes back from the address as it went in', () => {
    const search =
      'action=user.created&outcome=denied&actorId=1&targetId=2&from=2026-11-20T08%3A00&to=2026-11-21T08%3A00';
    assert.equal(searchOf(readAuditFilter(new URLSearchParams(search))), search);
  });

  it('leaves out what is empty or makes no sense', () => {
    const filter = readAuditFilter(new URLSearchParams('action=+&outcome=perhaps&from=yesterday'));
    assert.equal(searchOf(filter), '');
    assert.deepEqual(queryOf(filter), { limit: 50 });
  });

  it('asks for instants', () => {
    const { from } = queryOf(readAuditFilter(new URLSearchParams('from=2026-11-20T08:00')));
    assert.equal(from, new Date(2026, 10, 20, 8).toISOString());
  });
});
