from django.db import migrations

STATES = """
CREATE FUNCTION payments_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.public_id, NEW.method, NEW.amount, NEW.commission, NEW.currency, NEW.form_key, NEW.created_at)
       IS DISTINCT FROM
       (OLD.public_id, OLD.method, OLD.amount, OLD.commission, OLD.currency, OLD.form_key, OLD.created_at)
       OR (OLD.gateway_id <> '' AND NEW.gateway_id <> OLD.gateway_id) THEN
        RAISE EXCEPTION 'payment %: what was fixed when it was made does not change', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'created>sent', 'created>declined', 'created>expired', 'created>paid', 'created>booked',
        'sent>paid', 'sent>booked', 'sent>declined', 'sent>expired',
        'declined>paid', 'declined>booked', 'expired>paid', 'expired>booked', 'expired>declined',
        'paid>booked', 'paid>refunded', 'booked>told', 'booked>refunded', 'told>refunded']) THEN
        RAISE EXCEPTION 'payment %: % does not follow %', OLD.public_id, NEW.state, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.refunded < OLD.refunded THEN
        RAISE EXCEPTION 'payment %: what was given back stays given back', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_forward BEFORE UPDATE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_forward();
"""
REFUNDS = """
CREATE FUNCTION payments_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole numeric; given numeric;
BEGIN
    SELECT amount + commission INTO whole FROM payments_payment WHERE id = NEW.payment_id FOR UPDATE;
    SELECT coalesce(sum(amount), 0) INTO given FROM payments_refund
     WHERE payment_id = NEW.payment_id AND state <> 'failed' AND id IS DISTINCT FROM NEW.id;
    IF NEW.state <> 'failed' AND given + NEW.amount > whole THEN
        RAISE EXCEPTION 'refunds of % would be % of %', NEW.payment_id, given + NEW.amount, whole
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_refund_within BEFORE INSERT OR UPDATE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION payments_refund_within();
"""
RECORDS = ("payments_paymentpart", "payments_paymentstep", "payments_bankpayment")


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION abonent_append_only();"
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION abonent_append_only();",
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};",
    )


class Migration(migrations.Migration):
    """States go forward only, refunds stay within the payment, records are added to and read."""

    dependencies = [("payments", "0001_initial"), ("users", "0004_audit_not_truncated")]
    operations = [
        migrations.RunSQL(STATES, "DROP TRIGGER payments_forward ON payments_payment; DROP FUNCTION payments_forward();"),
        migrations.RunSQL(
            REFUNDS,
            "DROP TRIGGER payments_refund_within ON payments_refund; DROP FUNCTION payments_refund_within();",
        ),
        *[append_only(table) for table in RECORDS],
    ]
