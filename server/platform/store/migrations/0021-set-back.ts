/**
 * Versions of contracts and revisions of the ledger are never changed. But a clock that was ahead stamped some, and a version that is
 * in force from a time ahead is in force for nobody: these instants alone may move, and only back.
 */
export const setBack = `
DROP TRIGGER contract_version_is_never_changed;
CREATE TRIGGER contract_version_is_never_changed BEFORE UPDATE ON contract_version
  WHEN NEW.effective_at > OLD.effective_at OR NEW.created_at > OLD.created_at
    OR (NEW.id, NEW.client_id, NEW.version, NEW.terms_json, NEW.created_by)
      IS NOT (OLD.id, OLD.client_id, OLD.version, OLD.terms_json, OLD.created_by)
  BEGIN SELECT RAISE(ABORT, 'a version of a contract is never changed'); END;
DROP TRIGGER ledger_revision_is_never_changed;
CREATE TRIGGER ledger_revision_is_never_changed BEFORE UPDATE ON ledger_revision
  WHEN NEW.at > OLD.at
    OR (NEW.id, NEW.client_id, NEW.subject_kind, NEW.subject_id, NEW.by_user, NEW.said_json, NEW.from_ms, NEW.to_ms,
        NEW.before_json, NEW.after_json)
      IS NOT (OLD.id, OLD.client_id, OLD.subject_kind, OLD.subject_id, OLD.by_user, OLD.said_json, OLD.from_ms, OLD.to_ms,
        OLD.before_json, OLD.after_json)
  BEGIN SELECT RAISE(ABORT, 'a revision of the ledger is never changed'); END;
`;
