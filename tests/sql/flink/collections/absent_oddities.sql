-- weir: order: any
SELECT ARRAY[1, 2][3], MAP['a', 1]['b'], ARRAY['x'][2], ARRAY[1.5][2], ARRAY[1e0][2], ARRAY[TRUE][2];
SELECT a[2], m['y'] FROM (VALUES (ARRAY[1], MAP['x', 1]), (ARRAY[5, 6], MAP['y', 2])) AS t(a, m);
