#include "sql/completion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/session.h"

namespace weir::sql {
namespace {

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() : session_(SessionOptions()) {
    const auto statements = session_.Parse(
        "CREATE TABLE orders (id BIGINT, `order` STRING, amount DOUBLE) WITH ('connector' = 'x');"
        "CREATE TABLE payments (id BIGINT, paid DOUBLE) WITH ('connector' = 'x');");
    for (const SessionStatement& statement : *statements) {
      EXPECT_TRUE(session_.Execute(statement).ok());
    }
  }
  // The words offered, with a space between.
  std::string Words(const std::string& before) const {
    std::string text;
    for (const std::string& word : Complete(session_.catalog(), before).words) {
      text += (text.empty() ? "" : " ") + word;
    }
    return text;
  }

  Session session_;
};

TEST_F(CompletionTest, WhatMayStandThere) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"sel", "select"},
      {"SEL", "SELECT"},
      {"SELECT * FROM ", "orders payments"},
      {"SELECT * FROM pay", "payments"},
      {"INSERT INTO o", "orders on options or order outer over"},
      {"SELECT * FROM orders WHERE am", "amount"},
      {"SELECT * FROM orders WHERE ord", "`order` orders order"},
      {"SELECT * FROM orders AS o WHERE o.", "amount id `order`"},
      {"SELECT * FROM orders o JOIN payments p ON o.id = p.pa", "paid"},
      {"SELECT * FROM default_database.pa", "payments"},
      {"SELECT char_l", "char_length"},
      {"SELECT CHAR_L", "CHAR_LENGTH"},
      {"DESCRIBE or", "orders or order"},
      {"", ""},
      {"SELECT am", "amount"},
      {"SELECT nothing_like_it", ""},
  };
  for (const auto& [before, words] : cases) EXPECT_EQ(Words(before), words) << before;
}

TEST_F(CompletionTest, NothingWithinTextAndNumbers) {
  for (const char* before :
       {"SELECT 'sel", "SELECT `or", "SELECT 1 -- sel", "SELECT 1 /* sel", "SELECT 12"}) {
    EXPECT_EQ(Words(before), "") << before;
  }
  EXPECT_EQ(Words("SELECT 1 -- comment\nFROM pay"), "payments");
}

TEST_F(CompletionTest, SaysWhereTheWordBegins) {
  EXPECT_EQ(Complete(session_.catalog(), "SELECT * FROM pay").begin, 14u);
  EXPECT_EQ(Complete(session_.catalog(), "SELECT * FROM ").begin, 14u);
}

}  // namespace
}  // namespace weir::sql
