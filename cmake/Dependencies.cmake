# Every library that Weir links, with the reason it is here. Debian 12 packages unless said otherwise.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)     # messages that cross a process or outlive one
find_package(gRPC CONFIG REQUIRED)  # control and data plane
find_package(absl CONFIG REQUIRED)  # flat_hash_map, int128, time zones
find_package(fmt CONFIG REQUIRED)   # message text
find_package(spdlog CONFIG REQUIRED)  # logs
find_package(nlohmann_json REQUIRED)  # REST bodies, --output json
find_package(GTest CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)          # linear-time regular expressions
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)  # JSON in
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx libpq)  # PostgreSQL
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)    # configuration file
find_package(CLI11 CONFIG REQUIRED)                          # command line
find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)               # cold tier of keyed state
find_library(LIBEDIT_LIBRARY edit REQUIRED)              # the SQL prompt
find_package(OpenSSL REQUIRED)

# librdkafka 2.13 or newer, built from source by deploy/install-dependencies (Debian's 2.0.2 loses
# rows in cases that later versions fixed) and linked statically.
set(WEIR_DEPS_DIR "$ENV{WEIR_DEPS_DIR}" CACHE PATH "where deploy/install-dependencies put its builds")
if(NOT WEIR_DEPS_DIR)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(WEIR_DEPS_DIR "$ENV{XDG_CACHE_HOME}/weir-deps")
  else()
    set(WEIR_DEPS_DIR "$ENV{HOME}/.cache/weir-deps")
  endif()
endif()
find_path(RDKAFKA_INCLUDE_DIR librdkafka/rdkafka.h PATHS ${WEIR_DEPS_DIR}/include NO_DEFAULT_PATH)
find_library(RDKAFKA_LIBRARY librdkafka.a PATHS ${WEIR_DEPS_DIR}/lib NO_DEFAULT_PATH)
if(NOT RDKAFKA_INCLUDE_DIR OR NOT RDKAFKA_LIBRARY)
  message(FATAL_ERROR "librdkafka is not in ${WEIR_DEPS_DIR}: run deploy/install-dependencies first")
endif()
find_package(ZLIB REQUIRED)
find_library(LZ4_LIBRARY lz4 REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
add_library(rdkafka STATIC IMPORTED GLOBAL)
set_target_properties(rdkafka PROPERTIES
  IMPORTED_LOCATION ${RDKAFKA_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${RDKAFKA_INCLUDE_DIR})
# It carries an LZ4 and C11 threads of its own, which shared libraries must not take for theirs.
target_link_options(rdkafka INTERFACE LINKER:--exclude-libs,librdkafka.a)
target_link_libraries(rdkafka INTERFACE
  OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB ${LZ4_LIBRARY} ${ZSTD_LIBRARY} Threads::Threads dl m)
