USE CATALOG default_catalgo;
