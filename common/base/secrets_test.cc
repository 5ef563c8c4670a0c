#include "common/base/secrets.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SecretsTest, KeysThatNameOne) {
  for (const char* key :
       {"password", "properties.sasl.jaas.config", "table.Secret", "token",
        "properties.ssl.keystore.password", "properties.ssl.keystore.key", "s3.secret-key"}) {
    EXPECT_TRUE(IsSecretOption(key)) << key;
  }
  // What names a file is no secret, what is in it is.
  for (const char* key : {"rest.token-file", "password_file", "username",
                          "properties.bootstrap.servers", "key.format", "url"}) {
    EXPECT_FALSE(IsSecretOption(key)) << key;
  }
}

TEST(SecretsTest, AreTakenOutOfTexts) {
  struct Case {
    const char* text;
    const char* shown;
  } cases[] = {
      {"'password' = 'x', 'a'='b'", "'password' = '******', 'a'='b'"},
      {"'password'='it''s x'", "'password'='******'"},
      {"'password' =\n 'x\ny' rest", "'password' =\n '******' rest"},
      {"'sasl.jaas.config' = 'Plain username=\"u\" password=\"x\";'",
       "'sasl.jaas.config' = '******'"},
      {"Plain username=\"u\" password=\"x\\\"y\";", "Plain username=\"u\" password=\"******\";"},
      {"\"token\": \"x\", \"a\": 1", "\"token\": \"******\", \"a\": 1"},
      {"host=h password=x user=u", "host=h password=****** user=u"},
      {"jdbc:postgresql://h/d?user=u&password=x&ssl=true",
       "jdbc:postgresql://h/d?user=u&password=******&ssl=true"},
      {"jdbc:postgresql://u:x@h:5432/d", "jdbc:postgresql://u:******@h:5432/d"},
      {"https://u:x:y@z@h", "https://u:******@h"},
      {"'password' = 'x", "'password' = '******"},
      // No secrets.
      {"--rest-token-file=/etc/t", "--rest-token-file=/etc/t"},
      {"http://h:80/a@b", "http://h:80/a@b"},
      {"unexpected token: FROM", "unexpected token: FROM"},
      {"password authentication failed for user \"u\"; check 'username' and 'password'",
       "password authentication failed for user \"u\"; check 'username' and 'password'"},
      {"'password' = ''", "'password' = ''"},
      {"password =", "password ="},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(WithoutSecrets(c.text), c.shown);
}

TEST(SecretsTest, OptionsAsTheyAreShown) {
  EXPECT_EQ(ShownOption("password", "x"), "******");
  EXPECT_EQ(ShownOption("password", ""), "******");
  EXPECT_EQ(ShownOption("url", "jdbc:postgresql://u:x@h/d"), "jdbc:postgresql://u:******@h/d");
  EXPECT_EQ(ShownOption("topic", "orders"), "orders");
}

}  // namespace
}  // namespace weir
