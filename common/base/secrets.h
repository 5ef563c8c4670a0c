#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Passwords, tokens and keys are never shown: not in logs, errors, plans or answers. They are told
// by the names they stand behind.

namespace weir {

// What stands in place of a secret.
inline constexpr std::string_view kHidden = "******";

// Whether a key names a secret: 'password', 'properties.sasl.jaas.config', 's3.secret-key', ...
bool IsSecretOption(std::string_view key);

// Where secrets stand in a text, as [begin, end): the values of secret keys ('password' = 'x',
// password=x, "token": "x") and the passwords of URLs (scheme://user:x@host). In order, apart.
std::vector<std::pair<size_t, size_t>> FindSecrets(std::string_view text);
// The text with kHidden in their place.
std::string WithoutSecrets(std::string text);
// The value of an option as it may be shown.
std::string ShownOption(std::string_view key, const std::string& value);

}  // namespace weir
