#include "state/rocksdb/rocksdb_cold_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <filesystem>
#include <system_error>

namespace weir {

class RocksdbCache {
 public:
  std::shared_ptr<rocksdb::Cache> cache;
};

std::shared_ptr<RocksdbCache> MakeRocksdbCache(uint64_t bytes) {
  auto made = std::make_shared<RocksdbCache>();
  made->cache = rocksdb::NewLRUCache(bytes);
  return made;
}

namespace {

rocksdb::Slice SliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

Status FromRocksdb(const rocksdb::Status& status, const std::string& where) {
  if (status.ok()) return OkStatus();
  const std::string text = "cold store " + where + ": " + status.ToString();
  if (status.IsCorruption()) return DataLossError(text);
  if (status.IsNoSpace() || status.IsMemoryLimit()) return ResourceExhaustedError(text);
  return UnavailableError(text);
}

// Nothing here outlives the process, so nothing waits for a disk to say that it has it: a run would
// cost some 30 ms of waiting on the task's thread.
class NoSyncFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
};

class NoSyncDirectory : public rocksdb::FSDirectory {
 public:
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
};

class NoSyncFileSystem : public rocksdb::FileSystemWrapper {
 public:
  NoSyncFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "weir.nosync"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    return Wrap(target()->NewWritableFile(name, options, result, debug), result);
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    return Wrap(target()->ReopenWritableFile(name, options, result, debug), result);
  }
  rocksdb::IOStatus NewDirectory(const std::string&, const rocksdb::IOOptions&,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext*) override {
    *result = std::make_unique<NoSyncDirectory>();
    return rocksdb::IOStatus::OK();
  }

 private:
  static rocksdb::IOStatus Wrap(rocksdb::IOStatus status,
                                std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<NoSyncFile>(std::move(*file));
    return status;
  }
};

rocksdb::Env* NoSyncEnv() {
  static rocksdb::Env* const env =
      rocksdb::NewCompositeEnv(std::make_shared<NoSyncFileSystem>()).release();
  return env;
}

rocksdb::Options OptionsOf(const RocksdbColdStoreConfig& config) {
  rocksdb::Options options;
  options.env = NoSyncEnv();
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 1 << 20;  // holds nothing but dropped ranges
  options.max_background_jobs = config.background_jobs;
  options.avoid_flush_during_shutdown = true;
  options.max_open_files = 256;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 1;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = (config.cache ? config.cache : MakeRocksdbCache(8 << 20))->cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // They count against the cache too: memory is bounded by it.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Leaves out, in compactions, what is dead by then.
class DeadEntries : public rocksdb::CompactionFilter {
 public:
  void Set(std::function<bool(std::string_view)> dead) { dead_ = std::move(dead); }
  const char* Name() const override { return "weir.dead"; }
  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    return dead_ && dead_(ViewOf(value));
  }

 private:
  std::function<bool(std::string_view)> dead_;
};

class RocksdbColdStore : public ColdStore {
 public:
  static StatusOr<std::unique_ptr<ColdStore>> Open(const RocksdbColdStoreConfig& config) {
    std::error_code error;
    std::filesystem::remove_all(config.dir, error);
    if (!error) std::filesystem::create_directories(config.dir, error);
    if (error) return UnavailableError("cold store " + config.dir + ": " + error.message());
    std::unique_ptr<RocksdbColdStore> store(new RocksdbColdStore(config));
    rocksdb::DB* db = nullptr;
    RETURN_IF_ERROR(FromRocksdb(rocksdb::DB::Open(store->options_, config.dir, &db), config.dir));
    store->db_.reset(db);
    return store;
  }

  ~RocksdbColdStore() override {
    if (db_) {
      rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
      db_.reset();
    }
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  Status WriteRun(std::span<const Entry> run) override {
    if (run.empty()) return OkStatus();
    const std::string path = dir_ + "/run-" + std::to_string(next_run_++) + ".sst";
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options_);
    RETURN_IF_ERROR(FromRocksdb(writer.Open(path), path));
    for (const Entry& entry : run) {
      rocksdb::Status s = entry.value ? writer.Put(SliceOf(entry.key), SliceOf(*entry.value))
                                      : writer.Delete(SliceOf(entry.key));
      RETURN_IF_ERROR(FromRocksdb(s, path));
    }
    RETURN_IF_ERROR(FromRocksdb(writer.Finish(), path));
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.snapshot_consistency = false;  // nobody holds a snapshot
    return FromRocksdb(db_->IngestExternalFile({path}, ingest), path);
  }

  Status Read(std::span<const std::string> keys,
              std::span<std::optional<std::string>> values) override {
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    for (const std::string& key : keys) slices.push_back(SliceOf(key));
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), keys.size(), slices.data(),
                  found.data(), statuses.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) {
        values[i].reset();
        continue;
      }
      RETURN_IF_ERROR(FromRocksdb(statuses[i], dir_));
      values[i] = found[i].ToString();
    }
    return OkStatus();
  }

  StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                      const Visitor& visit) override {
    const rocksdb::Slice upper = SliceOf(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(SliceOf(begin)); it->Valid(); it->Next()) {
      if (limit-- == 0) return true;
      visit(ViewOf(it->key()), ViewOf(it->value()));
    }
    RETURN_IF_ERROR(FromRocksdb(it->status(), dir_));
    return false;
  }

  StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                          const Visitor& visit) override {
    const rocksdb::Slice lower = SliceOf(begin), upper = SliceOf(end);
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    options.iterate_upper_bound = &upper;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->SeekToLast(); it->Valid(); it->Prev()) {
      if (limit-- == 0) return true;
      visit(ViewOf(it->key()), ViewOf(it->value()));
    }
    RETURN_IF_ERROR(FromRocksdb(it->status(), dir_));
    return false;
  }

  void SetDead(std::function<bool(std::string_view value)> dead) override {
    dead_.Set(std::move(dead));  // nothing is compacted yet
  }

  Status DropRange(std::string_view begin, std::string_view end) override {
    // Whole files go at once; a tombstone hides what shares its file with other ranges.
    const rocksdb::Slice first = SliceOf(begin), last = SliceOf(end);
    RETURN_IF_ERROR(FromRocksdb(rocksdb::DeleteFilesInRange(db_.get(), db_->DefaultColumnFamily(),
                                                            &first, &last, /*include_end=*/false),
                                dir_));
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return FromRocksdb(db_->DeleteRange(options, db_->DefaultColumnFamily(), first, last), dir_);
  }

 private:
  explicit RocksdbColdStore(const RocksdbColdStoreConfig& config)
      : dir_(config.dir), options_(OptionsOf(config)) {
    options_.compaction_filter = &dead_;
  }

  const std::string dir_;
  DeadEntries dead_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  uint64_t next_run_ = 1;
};

}  // namespace

ColdStoreFactory MakeRocksdbColdStoreFactory(RocksdbColdStoreConfig config) {
  return [config = std::move(config)] { return RocksdbColdStore::Open(config); };
}

}  // namespace weir
