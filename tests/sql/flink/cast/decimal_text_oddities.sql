-- weir: order: any
SELECT s, TRY_CAST(s AS DECIMAL(5, 2)), TRY_CAST(s AS DECIMAL(20, 2)) FROM (VALUES ('x'), ('xy'), ('1x'), ('12xy'), ('1e'), ('1e2'), ('1e2x'), ('.'), ('-'), ('+5'), ('1.2.3'), ('--1'), (' '), ('1 2')) AS v(s);
SELECT CAST('0.999' AS DECIMAL(3, 3));
