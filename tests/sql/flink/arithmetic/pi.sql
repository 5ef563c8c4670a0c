-- Without parentheses, and before a column of this name.
SELECT PI;
SELECT PI + 1, pi;
SELECT PI FROM (VALUES (1)) AS t(PI);
SELECT `PI`, t.PI FROM (VALUES (1)) AS t(PI);
SELECT x AS PI FROM (VALUES (1)) AS t(x);
SELECT PI, COUNT(*) FROM (VALUES (1), (3)) AS t(PI) GROUP BY PI;
SELECT `PI`, COUNT(*) FROM (VALUES (1), (3)) AS t(PI) GROUP BY `PI`;
