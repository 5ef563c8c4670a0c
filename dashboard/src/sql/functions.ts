// What SHOW FUNCTIONS lists; tests/e2e/dashboard_sql_test.py fails when it is another list.
export const FUNCTIONS: readonly string[] = `
abs acos and array array_append array_concat array_contains array_distinct array_except array_intersect array_join
array_max array_min array_position array_prepend array_remove array_reverse array_slice array_sort array_union ascii
asin atan atan2 avg bin btrim cardinality case ceil ceiling char_length character_length chr coalesce concat
concat_ws convert_tz cos cosh cot count current_database current_date current_row_timestamp current_time
current_timestamp current_watermark date_format dayofmonth dayofweek dayofyear decode degrees e element elt encode
endswith exp extract field first_value floor from_base64 from_unixtime greatest hex hour if ifnull in inet_aton
inet_ntoa initcap instr is_alpha is_decimal is_digit is_valid_utf8 item json json_array json_exists json_object
json_query json_quote json_string json_unquote json_value last_value least left like listagg ln localtime
localtimestamp locate log log10 log2 lower lpad ltrim make_valid_utf8 map map_entries map_from_arrays map_keys
map_union map_values max md5 min minute mod month not now nullif or overlay parse_url pi position pow power printf
proctime quarter radians rand rand_integer regexp regexp_count regexp_extract regexp_extract_all regexp_instr
regexp_replace regexp_substr repeat replace reverse right round row rpad rtrim second sha1 sha2 sha224 sha256 sha384
sha512 sign sin single_value sinh split split_index sqrt startswith stddev_pop stddev_samp str_to_map substr
substring sum tan tanh timestampadd timestampdiff to_base64 to_date to_timestamp to_timestamp_ltz translate trim
truncate typeof unhex unix_timestamp upper url_decode url_encode uuid var_pop var_samp variance week year
`.trim().split(/\s+/);
