// The words of the dialect: sql/keywords.h, the names of types in sql/parser_types.cc, and what SHOW FUNCTIONS lists.
// tests/e2e/dashboard_sql_test.py fails when they are others.
const words = (text: string) => text.trim().split(/\s+/);

export const KEYWORDS: readonly string[] = words(`
abs all allocate allow alter and any are array array_concat_agg array_max_cardinality as asensitive asymmetric at
atomic authorization avg begin begin_frame begin_partition between bigint binary bit blob boolean both buckets by
bytes call called cardinality cascaded case cast catalogs ceil ceiling char character character_length char_length
check classifier clob close coalesce collate collect column comment commit condition connect constraint contains
contains_substr continuous convert corr corresponding count covar_pop covar_samp create cross cube cume_dist current
current_catalog current_date current_default_transform_group current_path current_role current_row current_schema
current_time current_timestamp current_transform_group_for_type current_user cursor cycle databases date datetime
datetime_trunc date_trunc day deallocate dec decimal declare default define delete dense_rank deref describe
deterministic disallow disconnect distinct distributed distribution dot double drop dynamic each element else empty
end end_frame end_partition equals escape every except exec execute exists exp explain extend extended external
extract false fetch filter first_value float floor for foreign frame_row free freshness friday from full function
functions fusion get global grant group grouping groups group_concat hash having hold hour identity ilike import in
include indicator initial inner inout insensitive insert int integer intersect intersection interval into is join
json_array json_arrayagg json_exists json_object json_objectagg json_query json_scope json_value lag language large
last_value lateral lead leading left like like_regex limit ln local localtime localtimestamp lower match matches
match_number match_recognize materialized max measures member merge method min minus minute mod models modifies
modify module modules monday month multiset national natural nchar nclob new next no none normalize not nth_value
ntile null nullif numeric occurrences_regex octet_length of offset old omit on one only open or order ordinal out
outer over overlaps overlay parameter partition pattern per percent percentile_cont percentile_disc percent_rank
period permute pivot portion position position_regex power precedes precision prepare prev primary procedure
procedures qualify quarters range rank raw reads real recursive ref references referencing refresh refresh_mode
regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy release rename reset
result resume return returns revoke right rlike rollback rollup row rows row_number running safe_cast safe_offset
safe_ordinal saturday savepoint scala scope scroll search second seek select sensitive separator session_user set
show similar skip smallint some specific specifictype sql sqlexception sqlstate sqlwarning sqrt start statement
static stddev_pop stddev_samp stream string string_agg structured submultiset subset substring substring_regex
succeeds sum sunday suspend symmetric system system_time system_user table tables tablesample then thursday time
timestamp timestamp_diff timestamp_ltz timestamp_trunc timezone_hour timezone_minute time_diff time_trunc tinyint to
trailing translate translate_regex translation treat trigger trim trim_array true truncate try_cast tuesday uescape
union unique unknown unnest unpivot update upper upsert use user using value values value_of varbinary varchar
variant varying var_pop var_samp versioning views watermark watermarks wednesday weeks when whenever where
width_bucket window with within without year absent add after asc cascade catalog century changelog_mode columns
conditional constraints database days decade desc descriptor dow doy drain enforced epoch error estimated_cost
excluding final first following generated hours if ignore including isodow isoyear jar jars java job jobs json
json_execution_plan key last map metadata microsecond millennium millisecond minutes months nanosecond nulls object
options ordinality overwrite overwriting partitioned partitions past pi placing plan plan_advice preceding python
quarter replace respect restrict returning scalar seconds sets stop temporary timestampadd timestampdiff unbounded
unconditional view virtual week wrapper years zone
`);

export const TYPES: readonly string[] = words(`
array multiset map row structured raw interval boolean tinyint smallint int integer bigint float double decimal dec
numeric char character varchar string binary varbinary bytes date time timestamp timestamp_ltz variant
`);

export const FUNCTIONS: readonly string[] = words(`
abs acos and array array_append array_concat array_contains array_distinct array_except array_intersect array_join
array_max array_min array_position array_prepend array_remove array_reverse array_slice array_sort array_union ascii
asin atan atan2 avg bin btrim cardinality case ceil ceiling char_length character_length chr coalesce concat
concat_ws convert_tz cos cosh cot count current_database current_date current_row_timestamp current_time
current_timestamp current_watermark date_format dayofmonth dayofweek dayofyear decode degrees e element elt encode
endswith exp extract field first_value floor from_base64 from_unixtime greatest hex hour if ifnull in inet_aton
inet_ntoa initcap instr is_alpha is_decimal is_digit is_valid_utf8 item json json_array json_exists json_object
json_query json_quote json_string json_unquote json_value last_value least left like listagg ln localtime
localtimestamp locate log log10 log2 lower lpad ltrim make_valid_utf8 map map_entries map_from_arrays map_keys
map_union map_values max md5 min minute mod month not now nullif or overlay parse_json parse_url percentile pi position pow power
printf proctime quarter radians rand rand_integer regexp regexp_count regexp_extract regexp_extract_all regexp_instr
regexp_replace regexp_substr repeat replace reverse right round row rpad rtrim second sha1 sha2 sha224 sha256 sha384
sha512 sign sin single_value sinh split split_index sqrt startswith stddev_pop stddev_samp str_to_map substr
substring sum tan tanh timestampadd timestampdiff to_base64 to_date to_timestamp to_timestamp_ltz translate trim
truncate try_parse_json typeof unhex unix_timestamp upper url_decode url_encode uuid var_pop var_samp variance week year
`);
