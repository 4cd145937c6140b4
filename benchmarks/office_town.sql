-- What an office sees of a town; benchmarks/office_town.py gives the numbers (psycopg's placeholders).
-- part: staff
INSERT INTO users_user (password, login, email, full_name, phone, language, months_shown, email_confirmed, is_active,
                        created_at)
SELECT '', 'staff' || n, 'staff' || n || '@example.kz', 'Оператор ' || n, '', 'ru', 12, true, true, now()
  FROM generate_series(0, %(staff)s::int - 1) AS n;
INSERT INTO users_staffmembership (user_id, organisation_id, role, team)
SELECT id, CASE WHEN login <> 'staff0' THEN %(organisation)s + (login = 'staff9')::int END,
       CASE WHEN login = 'staff0' THEN 'administrator' ELSE 'operator' END, ''
  FROM users_user WHERE login LIKE 'staff%%' ORDER BY id;

-- part: readings
-- Every month that readings were sent in has as many; the newest fifty thousand of a million's wait.
INSERT INTO metering_submission (account_id, user_id, way, key, submitted_at)
SELECT %(account)s + (n::bigint * 7919 %% %(accounts)s), %(user)s + n %% %(people)s,
       (ARRAY['cabinet','cabinet','link','offline'])[1 + n %% 4], 'k' || n || '-' || back,
       date_trunc('month', now()) - make_interval(months => back) + (n %% 20) * interval '1 day'
           + (n %% 86400) * interval '1 second'
  FROM generate_series(3, 0, -1) AS back, generate_series(1, %(submissions)s::int) AS n;
INSERT INTO metering_submittedreading (submission_id, meter_id, scale, period, taken_on, value, previous,
                                       rolled_over, unusual, state, reason, risk, risk_signs)
SELECT sent.id, meter.id, 'total',
       date_trunc('month', sent.submitted_at)::date, sent.submitted_at::date, 1000 + sent.id %% 9000, 900, false,
       sent.id > newest - %(eyes)s, CASE WHEN sent.id > newest - %(submissions)s / 4 THEN 'received' ELSE 'accepted' END,
       '', CASE WHEN sent.id > newest - %(eyes)s THEN 10 + sent.id %% 90 ELSE 0 END, '[]'
  FROM metering_submission AS sent JOIN metering_meter AS meter ON meter.account_id = sent.account_id,
       (SELECT max(id) AS newest FROM metering_submission) AS last
ON CONFLICT DO NOTHING;
INSERT INTO metering_reading (meter_id, scale, taken_on, source, value)
SELECT meter_id, scale, (period - make_interval(months => back))::date, 'customer', 900 - back * 60
  FROM metering_submittedreading, generate_series(1, 12) AS back WHERE risk >= 10
ON CONFLICT DO NOTHING;
INSERT INTO metering_photo (submission_id, meter_id, jpeg, width, height)
SELECT submission_id, meter_id, '\xffd8', 1, 1 FROM metering_submittedreading WHERE risk >= 10;

-- part: requests
INSERT INTO service_requests_servicerequest
       (public_id, account_id, organisation_id, user_id, form_key, kind, kind_label, team, answers, text, phone,
        language, state, created_at, due_on, waiting_since, assigned_to_id, closed_at, reopened, rating,
        rating_text, last_customer_event_at, answered_at)
SELECT left(md5('request' || n), 22), account.id, account.organisation_id, %(user)s + n %% %(people)s, 'f' || n,
       (ARRAY['sealing','meter_check','residents','tariff','close_account'])[1 + n %% 5],
       '{"ru": "Заявка", "kk": "Өтінім", "en": "Request"}',
       (ARRAY['inspection','inspection','contracts','billing','contracts'])[1 + n %% 5], '[]', 'Прошу сделать',
       '+7 701 1234567', 'ru', state, created, (created + interval '14 days')::date,
       CASE WHEN state = 'waiting' THEN created::date END,
       CASE WHEN state <> 'received' THEN (SELECT id FROM users_user WHERE login = 'staff0') + n %% %(staff)s END,
       CASE WHEN NOT is_open THEN created + (n %% 20) * interval '1 day' END, 0,
       CASE WHEN NOT is_open AND n %% 4 = 0 THEN 1 + n %% 5 END, '', created,
       CASE WHEN state <> 'received' THEN created + interval '1 day' END
  FROM (SELECT n, n > %(requests)s - %(open)s AS is_open,
               now() - (%(requests)s - n)::bigint * 730 * interval '1 day' / %(requests)s AS created,
               CASE WHEN n > %(requests)s - %(open)s THEN (ARRAY['received','in_work','waiting'])[1 + n %% 3]
                    ELSE (ARRAY['done','done','done','refused','cancelled'])[1 + n / 7 %% 5] END AS state
          FROM generate_series(1, %(requests)s::int) AS n) AS made
  JOIN accounts_account AS account ON account.id = %(account)s + (n::bigint * 104729 %% %(accounts)s);
INSERT INTO service_requests_requestevent (request_id, at, kind, state, by_id, by_staff, text, details)
SELECT id, created_at, 'filed', 'received', user_id, false, text, '{}'::jsonb FROM service_requests_servicerequest
UNION ALL SELECT id, answered_at, 'message', 'in_work', assigned_to_id, true, 'Приедем завтра', '{}'
  FROM service_requests_servicerequest WHERE assigned_to_id IS NOT NULL;
INSERT INTO service_requests_requestfile (public_id, event_id, name, media_type, size, checksum, content)
SELECT left(md5('file' || id), 22), id, 'photo.jpg', 'image/jpeg', 2, '0', '\xffd8'
  FROM service_requests_requestevent WHERE kind = 'filed' AND id %% 3 = 0;

-- part: payments
INSERT INTO payments_payment
       (public_id, user_id, form_key, method, amount, commission, currency, state, gateway_id, confirmation_url,
        language, email, created_at, expires_at, paid_at, booked_at, next_question_at, questions, reason, refunded)
SELECT left(md5('payment' || n), 22), %(user)s + n %% %(people)s, 'p' || n, 'card', 1000 + n %% 9000, 0, 'KZT', state,
       'g' || n, '', 'ru', '', at, at, CASE WHEN state IN ('paid', 'booked', 'told') THEN at END,
       CASE WHEN state IN ('booked', 'told') THEN at END, CASE WHEN state = 'sent' THEN at END, 0,
       CASE WHEN state = 'paid' THEN 'amount' ELSE '' END, 0
  FROM (SELECT n, now() - (%(payments)s - n)::bigint * 180 * interval '1 day' / %(payments)s AS at,
               CASE WHEN n %% 1000 = 0 THEN 'paid' WHEN n > %(payments)s - 60 THEN 'sent'
                    ELSE (ARRAY['booked','told','told','told','declined','expired'])[1 + n %% 6] END AS state
          FROM generate_series(1, %(payments)s::int) AS n) AS made;
INSERT INTO payments_paymentpart (payment_id, position, account_id, amount)
SELECT id, 1, %(account)s + (id * 7919 %% %(accounts)s), amount FROM payments_payment;
INSERT INTO payments_paymentstep (payment_id, at, state, cause, details, by_login)
SELECT id, created_at, 'created', 'customer', '', '' FROM payments_payment;
INSERT INTO payments_bankpayment (bank, txn_id, account_id, account_text, amount, paid_at, result, answer, received_at)
SELECT 'kaspi', n::text, %(account)s + (n::bigint * 31 %% %(accounts)s), '', 500 + n %% 5000, at, 0, '{}', at
  FROM (SELECT n, now() - n::bigint * 180 * interval '1 day' / %(calls)s AS at
          FROM generate_series(1, %(calls)s::int) AS n) AS made;
INSERT INTO payments_registry (source, format, name, checksum, rows, total, loaded_at, loaded_by)
SELECT 'registry:kaspi', 'kaspi', 'registry ' || n, 'c' || n, 1, 1, now() - n * interval '3 days', 'cron'
  FROM generate_series(50, 1, -1) AS n;
INSERT INTO payments_registryrow (registry_id, line, operation, reference, parent, account_text, account_id, payer,
                                  purpose, paid_on, amount, state, note)
SELECT registry, n, 'o' || n, '', '', CASE WHEN unmatched THEN account.number || '0' ELSE account.number END,
       CASE WHEN NOT unmatched THEN account.id END, account.payer, 'за свет ' || account.number,
       (now() - n::bigint * 150 * interval '1 day' / %(rows)s)::date, 100 + n %% 9000,
       CASE WHEN unmatched THEN 'unmatched' ELSE 'booked' END, ''
  FROM (SELECT n, (SELECT min(id) FROM payments_registry) + n %% 50 AS registry,
               n %% (%(rows)s / %(unmatched)s) = 0 AS unmatched
          FROM generate_series(1, %(rows)s::int) AS n) AS made
  JOIN accounts_account AS account ON account.id = %(account)s + (n::bigint * 7919 %% %(accounts)s);
INSERT INTO payments_reconciledday (day, source, gateway, portal, told, confirmed, reconciled_at)
SELECT (now() - n * interval '1 day')::date, source, 1000, 1000, 900, 900, now()
  FROM generate_series(1, 365) AS n, unnest(ARRAY['online:card','bank:kaspi','registry:kaspi']) AS source;
INSERT INTO payments_difference (day, kind, source, reference, organisation_id, ours, theirs, owner, found_at, note)
SELECT (now() - (n %% 300) * interval '1 day')::date, 'not_told', 'online:card', 'r' || n, %(organisation)s, 10, 0,
       'portal', now() - (n %% 300) * interval '1 day', '' FROM generate_series(1, %(differences)s::int) AS n;

-- part: trail and tries
INSERT INTO users_auditevent (at, actor_id, organisation_id, action, subject, reason, details)
SELECT now() - n * interval '15 seconds', (SELECT id FROM users_user WHERE login = 'staff0') + n %% %(staff)s,
       CASE WHEN n %% 3 = 0 THEN NULL ELSE %(organisation)s + (n %% 50 = 0)::int END,
       (ARRAY['sign_in','account_read','searched','readings_submitted'])[1 + n %% 4],
       'account:' || %(account)s + (n::bigint * 31 %% %(accounts)s),
       CASE WHEN n %% 50 = 0 THEN 'Абонент звонит по поводу счёта ' || n ELSE '' END, '{}'
  FROM generate_series(%(events)s::int, 1, -1) AS n;
INSERT INTO accounts_linkattempt (at, user_id, address, network, organisation_id, account_id, method, outcome,
                                  number_hash, neighbourhood, refused_by)
SELECT now() - (%(tries)s - n)::bigint * 60 * interval '1 day' / %(tries)s, %(user)s + n %% %(people)s, '10.0.0.1',
       '10.0.0.0/24', account.organisation_id, account.id, 'name_and_flat',
       CASE WHEN n %% 4 = 0 THEN 'mismatch' WHEN n %% 40 = 1 THEN 'limited' ELSE 'linked' END,
       md5(n::text), md5((n / 20)::text), CASE WHEN n %% 40 = 1 THEN 'number' ELSE '' END
  FROM generate_series(1, %(tries)s::int) AS n
  JOIN accounts_account AS account ON account.id = %(account)s + (n::bigint * 13 / 3 %% %(accounts)s);
INSERT INTO accounts_linkingstrength (organisation_id, accounts, opened, measured_at)
SELECT id, %(accounts)s, 10, now() FROM portal_organisation;
UPDATE accounts_accountlink SET created_at = now() - (id %% 700) * interval '1 day';

-- part: texts, runs and tasks
INSERT INTO announcements_announcement (kind, audience, organisation_id, service_id, place, texts, starts_at,
        ends_at, state, created_at, scheduled_at, started_at, finished_at, reached, gathered, clearing, accounts)
SELECT 'notice', audience, CASE WHEN audience = 'organisation' THEN %(organisation)s END,
       CASE WHEN audience = 'service' THEN %(service)s END, CASE WHEN audience = 'street' THEN %(street)s ELSE '' END,
       '{"ru": {"title": "Т", "text": "т"}, "kk": {"title": "Т", "text": "т"}, "en": {"title": "T", "text": "t"}}'::jsonb,
       NULL::timestamptz, NULL::timestamptz, 'draft', now(), NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
       0, false, false, 0
  FROM unnest(ARRAY['all','organisation','service','street']) AS audience
UNION ALL
SELECT 'outage', 'organisation', %(organisation)s, NULL, '',
       '{"ru": {"title": "Т", "text": "т"}, "kk": {"title": "Т", "text": "т"}, "en": {"title": "T", "text": "t"}}'::jsonb,
       now() - interval '1 hour', now() + interval '1 day', 'sent', now(), now(), now(), now(), 0, true, false, 1000
  FROM generate_series(1, %(announcements)s::int);
INSERT INTO notices_letter (kind, "to", user_id, language, subject, text, created_at, sent_at, attempts, last_error)
SELECT 'announcement', 'x' || n || '@example.kz', %(user)s + n %% %(people)s, 'ru', 'Т', 'т', now(), now(), 1, ''
  FROM generate_series(1, %(letters)s::int) AS n;
INSERT INTO announcements_announcementletter (announcement_id, user_id, mailbox, written_at, letter_id)
SELECT (SELECT max(id) FROM announcements_announcement), letter.user_id, letter.to, now(), letter.id
  FROM notices_letter AS letter ON CONFLICT DO NOTHING;
INSERT INTO bills_receiptsubscription (user_id, account_id, email, started_at, asked_at, confirmed_at)
SELECT link.user_id, link.account_id, person.email, now(), now(), now()
  FROM accounts_accountlink AS link JOIN users_user AS person ON person.id = link.user_id
 ORDER BY link.id LIMIT %(subscriptions)s;
INSERT INTO exchange_run (bundle, checksum, size, started_at, finished_at, state, counts, whole_months, alarms, reason,
                          undoable)
SELECT 'bundle-' || n, md5(n::text), 1000000, now() - n * interval '1 day', now() - n * interval '1 day',
       CASE WHEN n = 1 THEN 'planned' ELSE 'applied' END, '{}', false, '[]', '', n = 2
  FROM generate_series(%(runs)s::int, 1, -1) AS n;
INSERT INTO exchange_runreport (run_id, listed, whole) SELECT id, '[]', 'line' FROM exchange_run;
INSERT INTO exchange_readingbatch (number, state, directory, formats, rows, prepared_at, written_at)
SELECT n, 'written', '/out', 'csv', 100, now(), now() FROM generate_series(1, %(runs)s::int) AS n;
INSERT INTO exchange_paymentbatch (number, state, directory, formats, rows, prepared_at, written_at)
SELECT n, 'written', '/out', 'csv', 100, now(), now() FROM generate_series(1, %(runs)s::int) AS n;
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
SELECT 'default', 'notices.send', jsonb_build_object('letter_id', n),
       (CASE WHEN n <= %(failed)s THEN 'failed' ELSE 'succeeded' END)::procrastinate_job_status
  FROM generate_series(1, %(letters)s::int) AS n;
