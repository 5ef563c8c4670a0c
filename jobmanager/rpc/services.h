#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace weir {

class Dispatcher;

// The services of proto/control.proto over a dispatcher, which they borrow.

// Task managers: a stream each, from its first message (Register) to its end.
std::unique_ptr<grpc::Service> NewTaskManagerService(Dispatcher* dispatcher);

// What clients ask.
std::unique_ptr<grpc::Service> NewClientService(Dispatcher* dispatcher);

}  // namespace weir
