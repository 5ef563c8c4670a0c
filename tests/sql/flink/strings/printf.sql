-- weir: order: any
CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES (1, 'x', 5, 1.5e0), (2, '', -7, -0.25e0), (3, CAST(NULL AS STRING), CAST(NULL AS INT), CAST(NULL AS DOUBLE)), (4, 'long text', 2147483647, 1e10)) AS t(id, s, n, d);
SELECT id, PRINTF('%s-%s', s, 'k'), PRINTF('%d', n), PRINTF('%05d|%-6d|%+d', n, n, n) FROM v;
SELECT id, PRINTF('%.2f', d), PRINTF('%10.3f|', d), PRINTF('%e', d) FROM v;
SELECT PRINTF('%s'), PRINTF('plain'), PRINTF('%%'), PRINTF('%x %X %o', 255, 255, 8), PRINTF('%5s|%-5s|%.2s', 'abc', 'abc', 'abc');
SELECT PRINTF('%,d', 1234567), PRINTF('%2$s %1$s', 'a', 'b'), PRINTF('%b %c', TRUE, 'z'), PRINTF('%s %s', 'one'), PRINTF('%d', 'text');
SELECT PRINTF('%,d|%(d|% d|%#x', 1234567, -5, 5, 255), PRINTF('%2$s %1$s %s %s', 'a', 'b'), PRINTF('%08.2f|%-8.2f|%+.1f', 3.14159e0, 3.14159e0, 2e0), PRINTF('%S|%10.3s|', 'abc', 'abcdef'), PRINTF('%c', 65), PRINTF('%,.2f', 1234567.891e0), PRINTF('%x %o', -1, -1), PRINTF('%s', 1e0), PRINTF('%d', 1.5), PRINTF('%5c|', 'x');
SELECT PRINTF(CAST(NULL AS STRING), 'a'), PRINTF('%s', 'a', 'b'), PRINTF('%s %s', 1.50, TRUE), TYPEOF(PRINTF('%s', 'a'));
