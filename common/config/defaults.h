#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "common/config/declared_options.h"

namespace weir {

// Adds to `config`, a map of texts, each default that it does not say itself under any spelling.
template <class Config>
void AddDefaults(const std::map<std::string, std::string>& defaults, Config* config) {
  for (const auto& [key, value] : defaults) {
    const std::vector<std::string> spellings = SpellingsOf(key);
    const bool said = std::any_of(spellings.begin(), spellings.end(),
                                  [&](const std::string& one) { return config->contains(one); });
    if (!said) (*config)[key] = value;
  }
}

// Of `defaults` what a parallelism that is said beside the options counts more than.
void EraseParallelism(std::map<std::string, std::string>* defaults);

}  // namespace weir
