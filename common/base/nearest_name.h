#pragma once

#include <span>
#include <string>
#include <string_view>

// "Did you mean": the name a person most likely wanted to type.

namespace weir {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; another case
// alone is half an edit at most), or empty when none is near enough to be worth naming: at most a
// third of the name's length, and at most 4 edits; of names with dots only the parts that differ
// are looked at.
std::string NearestName(std::string_view name, std::span<const std::string> candidates);

// "; did you mean 'x'?", or empty.
std::string DidYouMean(std::string_view name, std::span<const std::string> candidates);

}  // namespace weir
