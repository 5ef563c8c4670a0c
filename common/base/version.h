#pragma once

#include <string_view>

namespace weir {

inline constexpr std::string_view kWeirVersion = "0.1.0";
// Of proto/control.proto and proto/exchange.proto: processes with different ones do not talk.
inline constexpr std::string_view kProtocolVersion = "2";

}  // namespace weir
