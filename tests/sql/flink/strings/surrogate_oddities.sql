SELECT REPLACE(s, '', '-'), LPAD(s, 3, '*'), RPAD('a', 2, s) FROM (VALUES ('😀😁'), ('a😀')) AS t(s);
