#pragma once

#include <cstdint>
#include <vector>

#include "common/data/batch.h"

namespace weir {

// A changelog as upserts and deletes by `key`, columns of the batch: an old row (-U) whose new one
// follows says nothing more; one whose new one does not (a filter let only the old one pass) is a
// delete. Pairs stand beside each other; one that was cut apart by the end of a batch is a delete
// and an insert.
Batch ToUpserts(const Batch& batch, const std::vector<uint32_t>& key);

}  // namespace weir
