-- CreateIndex
CREATE INDEX "audit_entries_action_position_idx" ON "audit_entries"("action", "position");

-- CreateIndex
CREATE INDEX "audit_entries_at_idx" ON "audit_entries"("at");

-- Chains each row to the one before it, whoever inserts it and whatever they give: positions run from 1 without a gap,
-- previous_hash is the hash of the row before (32 zero bytes at the first), and
--   hash = sha256(previous_hash || field || field || ...)
-- over position, at (milliseconds since 1970), action, outcome, actor_kind, actor_id, actor_name, target_kind, target_id,
-- remote, request_id and details, in this order. Each field is its length in bytes (32 bits, big-endian) and its text in
-- UTF-8; a NULL is the length -1 alone, as in PostgreSQL's binary COPY. backend/src/features/audit/audit.chain.ts
-- computes the same.
CREATE FUNCTION chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql
-- Names of our own are looked up by schema, so that a temporary table of the same name cannot take the log's place.
SET search_path = pg_catalog
AS $$
DECLARE
  head record;
  canonical bytea := '';
  field text;
BEGIN
  -- One writer at a time, until it commits. The statement after it has a snapshot of its own, which sees that row.
  PERFORM pg_advisory_xact_lock(7304003);
  EXECUTE format('SELECT position, hash FROM %I.%I ORDER BY position DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
    INTO head;
  NEW.position := coalesce(head.position, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  FOREACH field IN ARRAY ARRAY[
    NEW.position::text, (extract(epoch FROM NEW.at) * 1000)::bigint::text, NEW.action::text, NEW.outcome::text,
    NEW.actor_kind::text, NEW.actor_id::text, NEW.actor_name::text, NEW.target_kind::text, NEW.target_id::text,
    NEW.remote::text, NEW.request_id::text, NEW.details
  ] LOOP
    canonical := canonical || coalesce(
      int4send(octet_length(convert_to(field, 'UTF8'))) || convert_to(field, 'UTF8'), int4send(-1)
    );
  END LOOP;
  NEW.hash := sha256(NEW.previous_hash || canonical);
  RETURN NEW;
END
$$;

CREATE TRIGGER chain_audit_entry BEFORE INSERT ON "audit_entries"
FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();

CREATE FUNCTION refuse_change_of_audit_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is only appended to: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER refuse_change_of_audit_entries BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries"
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_entries();
