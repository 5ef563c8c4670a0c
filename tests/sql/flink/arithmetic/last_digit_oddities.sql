SELECT SIN(x), COSH(y), ATAN2(1, z), POWER(2, z) FROM (VALUES (2.5e0, 1e0, 710e0)) AS t(x, y, z);
