# weir_library(NAME SOURCES ... [DEPS ...])  a static library of one folder
# weir_test(NAME SOURCES ... [DEPS ...] [LABELS ...] [SEPARATE])  a GoogleTest binary, one ctest entry
#   unit_tests builds those labelled unit, the label when none is given
#   SEPARATE: its files repeat names, so that they cannot be compiled together
# weir_proto(NAME SOURCES ... )  generated messages and, where a file has services, gRPC code

function(weir_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
endfunction()

# A target's files eight at a time, which takes a third of the time (docs/adr/0019).
function(weir_compile_together name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -Wno-subobject-linkage)  # takes a .cc that is included for a header
  endif()
endfunction()

add_custom_target(unit_tests)

function(weir_test name)
  cmake_parse_arguments(ARG "SEPARATE" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  if(NOT ARG_SEPARATE)
    weir_compile_together(${name})
  else()
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if("unit" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

function(weir_proto name)
  cmake_parse_arguments(ARG "GRPC" "" "SOURCES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated)
  set(generated)
  foreach(file ${ARG_SOURCES})
    get_filename_component(base ${file} NAME_WE)
    set(outputs ${out}/proto/${base}.pb.cc ${out}/proto/${base}.pb.h)
    set(flags)
    if(ARG_GRPC)
      list(APPEND outputs ${out}/proto/${base}.grpc.pb.cc ${out}/proto/${base}.grpc.pb.h)
      set(flags --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
      COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR} --cpp_out=${out} ${flags}
              ${CMAKE_CURRENT_SOURCE_DIR}/${file}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    list(APPEND generated ${outputs})
  endforeach()
  add_library(${name} STATIC ${generated})
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)  # each file has the same names within
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf)
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
