GRANT SELECT ON orders TO ann;
