-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, '2024-03-10 02:30:00'), (2, '1970-01-01 00:00:00'), (3, 'abc'), (4, CAST(NULL AS STRING)), (5, '2024-07-01 12:00:00.123'), (6, '2024-07-01'), (7, '')) AS t(id, s);
SELECT id, CONVERT_TZ(s, 'UTC', 'America/Los_Angeles'), CONVERT_TZ(s, 'America/Los_Angeles', 'UTC'), CONVERT_TZ(s, 'GMT+02:00', 'Asia/Tokyo') FROM v;
SELECT id, CONVERT_TZ(s, 'UTC', 'Nowhere/Land'), CONVERT_TZ(s, CAST(NULL AS STRING), 'UTC'), CONVERT_TZ(s, 'PST', 'UTC') FROM v WHERE id IN (1, 2, 4);
SELECT CONVERT_TZ('2024-11-03 01:30:00', 'America/New_York', 'UTC'), CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'Europe/Berlin'), TYPEOF(CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'UTC'));
