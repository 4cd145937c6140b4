-- What the role that serves pages may do. After every `migrate`, safe to repeat:
--   runuser -u abonent-owner -- psql -v ON_ERROR_STOP=1 -d abonent -f deploy/grants.sql
BEGIN;
GRANT USAGE ON SCHEMA public TO abonent;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO abonent;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO abonent;

-- Records: they can be added to and read. A try's outcome is filled in once (a trigger holds the "once").
REVOKE UPDATE, DELETE ON users_auditevent, accounts_linkattempt FROM abonent;
REVOKE UPDATE, DELETE ON users_consent, users_consenttext, users_consentwithdrawal FROM abonent;
GRANT UPDATE (outcome, method) ON accounts_linkattempt TO abonent;
-- Tries older than 24 months are forgotten by a function of the owner's, and in no other way.
GRANT EXECUTE ON FUNCTION accounts_forget_old_tries(timestamptz, integer) TO abonent;

-- The trail's addresses and reasons are blanked by age, by a function of the owner's as well.
GRANT EXECUTE ON FUNCTION users_forget_old_trail(text, timestamptz, integer) TO abonent;

-- Words that mistyped ones are compared with come with billing's accounts and with the names of those who sign up
-- (triggers); a word that is there stays.
REVOKE UPDATE, DELETE ON accounts_knownword FROM abonent;

-- Tariffs come by `tariffs load` and by the office; a version is never rewritten. Published settings are kept
-- by a trigger: drafts of the same table may change and go.
REVOKE UPDATE, DELETE ON tariffs_tariffversion FROM abonent;
REVOKE INSERT, DELETE ON portal_settingsnumber FROM abonent;

-- Payments: what was paid, by which steps and what a bank was answered is added to and read; nothing of a
-- payment is ever taken away.
REVOKE UPDATE, DELETE ON payments_paymentpart, payments_paymentstep, payments_bankpayment FROM abonent;
REVOKE DELETE ON payments_payment, payments_refund, payments_gatewaynotice, payments_registry,
    payments_registryrow, payments_difference FROM abonent;

-- Requests: what happened is added to and read, a file is what came. Only forgetting a person blanks words and
-- empties files (triggers hold the "only").
REVOKE UPDATE, DELETE ON service_requests_requestevent, service_requests_requestfile FROM abonent;
GRANT UPDATE (text) ON service_requests_requestevent TO abonent;
GRANT UPDATE (name, content, forgotten_at) ON service_requests_requestfile TO abonent;
REVOKE DELETE ON service_requests_servicerequest FROM abonent;

-- Billing's own figures come by `import` alone. A month's table is read through ledger_charge, so that the
-- tables which an import makes later need no rights of their own.
DO $$
DECLARE name regclass;
BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND (relname LIKE 'ledger\_%' OR relname IN ('django_migrations', 'procrastinate_version'))
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM abonent', name);
    END LOOP;
END $$;

-- What the last import changed is kept by the import and given back by its undo, both the owner's.
REVOKE INSERT, UPDATE, DELETE ON exchange_beforeimage, exchange_freshrows FROM abonent;

-- The ledger's three exceptions: payments booked here are added (a correction is an entry of its own), money on
-- its way comes and goes with its payment, and what billing was told is written down once and confirmed.
GRANT INSERT ON ledger_payment TO abonent;
GRANT INSERT, DELETE ON ledger_expectedpayment TO abonent;
GRANT INSERT, UPDATE ON ledger_toldpayment TO abonent;
COMMIT;
