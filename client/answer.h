#pragma once

#include <iostream>

#include "common/base/status.h"
#include "proto/control.pb.h"

// How a command tells what came of it.

namespace weir {

// To standard error; the process' exit code, which is 1.
int Fail(const Status& status);
int Fail(const rpc::SqlError& error);

// What a reply says went wrong; code 0: nothing.
Status ToStatus(const rpc::SqlError& error);

// One document on one line, to standard output.
template <class Json>
void PrintJson(const Json& json) {
  std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}

}  // namespace weir
