#include "state/storage/checkpoint_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/fs/simulated_file_system.h"

namespace weir {
namespace {

using checkpoint::CheckpointManifest;
using checkpoint::FileHandle;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckpointStorageTest : public testing::Test {
 protected:
  StatusOr<FileHandle> TryWrite(CheckpointId id, const std::string& bytes) {
    ASSIGN_OR_RETURN(std::unique_ptr<CheckpointFileWriter> file, storage_.CreateFile(id));
    RETURN_IF_ERROR(file->Append(bytes.substr(0, bytes.size() / 3)));
    RETURN_IF_ERROR(file->Append(bytes.substr(bytes.size() / 3)));
    return file->Finish();
  }
  FileHandle Write(int64_t id, const std::string& bytes) {
    StatusOr<FileHandle> handle = TryWrite(CheckpointId(id), bytes);
    EXPECT_TRUE(handle.ok()) << handle.status();
    return *handle;
  }
  static CheckpointManifest ManifestOf(int64_t id, const std::vector<FileHandle>& files) {
    CheckpointManifest manifest;
    manifest.set_checkpoint_id(id);
    manifest.set_job_id("job");
    auto* keyed = manifest.add_tasks()->add_operators()->add_keyed();
    for (const FileHandle& file : files) *keyed->add_delta() = file;
    return manifest;
  }
  std::string ReadAll(const FileHandle& handle) {
    auto file = storage_.OpenFile(handle);
    if (!file.ok()) return file.status().ToString();
    std::string bytes(handle.length(), '\0');
    EXPECT_TRUE((*file)->ReadAt(0, bytes.data(), bytes.size()).ok());
    return bytes;
  }

  std::shared_ptr<SimulatedFileSystem> fs_ = std::make_shared<SimulatedFileSystem>();
  CheckpointStorage storage_{fs_, "jobs/a/"};
};

TEST_F(CheckpointStorageTest, PublishesAndReadsBack) {
  EXPECT_THAT(storage_.List().value(), IsEmpty());
  EXPECT_EQ(storage_.ReadNewest().status(), NotFoundError("there is no checkpoint in jobs/a"));
  FileHandle one = Write(1, "first file");
  ASSERT_EQ(storage_.Publish(ManifestOf(1, {one})), OkStatus());
  FileHandle two = Write(2, "second file");
  ASSERT_EQ(storage_.Publish(ManifestOf(2, {one, two})), OkStatus());
  FileHandle ten = Write(10, "");
  ASSERT_EQ(storage_.Publish(ManifestOf(10, {ten})), OkStatus());
  EXPECT_THAT(storage_.List().value(),
              ElementsAre(CheckpointId(10), CheckpointId(2), CheckpointId(1)));
  CheckpointManifest read = storage_.Read(CheckpointId(2)).value();
  EXPECT_EQ(read.tasks(0).operators(0).keyed(0).delta_size(), 2);
  EXPECT_EQ(storage_.ReadNewest().value().checkpoint_id(), 10);
  EXPECT_EQ(storage_.Verify(read), OkStatus());
  EXPECT_EQ(ReadAll(one), "first file");
  EXPECT_EQ(storage_.Publish(ManifestOf(2, {})).code(), StatusCode::kAlreadyExists);
}

TEST_F(CheckpointStorageTest, RefusesWhatIsMissingOrChangedByName) {
  FileHandle file = Write(1, "some bytes");
  const std::string path = "jobs/a/" + file.path();
  CheckpointManifest manifest = ManifestOf(1, {file});
  ASSERT_EQ(storage_.Publish(manifest), OkStatus());

  fs_->Overwrite(path, "some bytez");
  EXPECT_THAT(storage_.Verify(manifest).ToString(), HasSubstr(file.path() + " is damaged"));
  fs_->Overwrite(path, "some byte");
  EXPECT_EQ(storage_.ReadNewest().status(),
            DataLossError("state file " + path + " has 9 bytes, 10 were written"));
  ASSERT_EQ(fs_->Remove(path), OkStatus());
  EXPECT_EQ(storage_.ReadNewest().status(), DataLossError("state file " + path + " is missing"));
  EXPECT_EQ(storage_.Publish(ManifestOf(2, {file})).code(), StatusCode::kDataLoss);

  FileHandle outside = Write(3, "x");
  outside.set_path("/elsewhere/" + outside.path());
  EXPECT_EQ(storage_.Publish(ManifestOf(3, {outside})).code(), StatusCode::kInternal);
}

TEST_F(CheckpointStorageTest, EveryDamagedByteOfAManifestIsRefused) {
  const std::string bytes = EncodeManifest(ManifestOf(7, {Write(7, "abc")}));
  ASSERT_TRUE(DecodeManifest(bytes, "m").ok());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (char flip : {char{1}, char{0x20}, static_cast<char>(0xff)}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      Status s = DecodeManifest(damaged, "jobs/a/chk-7/manifest").status();
      ASSERT_EQ(s.code(), StatusCode::kDataLoss) << i;
      EXPECT_THAT(s.message(), HasSubstr("jobs/a/chk-7/manifest"));
    }
    ASSERT_EQ(DecodeManifest(bytes.substr(0, i), "m").status().code(), StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeManifest(bytes + "x", "m").status().code(), StatusCode::kDataLoss);
}

TEST_F(CheckpointStorageTest, AManifestUnderAnotherNameIsRefused) {
  ASSERT_EQ(storage_.Publish(ManifestOf(1, {})), OkStatus());
  ASSERT_EQ(storage_.Publish(ManifestOf(2, {})), OkStatus());
  fs_->Overwrite("jobs/a/chk-2/manifest", fs_->ReadWhole("jobs/a/chk-1/manifest", 1000).value());
  EXPECT_EQ(storage_.Read(CheckpointId(2)).status(),
            DataLossError("jobs/a/chk-2/manifest is of checkpoint 1"));
}

TEST_F(CheckpointStorageTest, RemovesAllButWhatIsNeeded) {
  FileHandle shared = Write(1, "needed by 3"), old = Write(1, "old"), aborted = Write(2, "aborted");
  FileHandle later = Write(4, "of an attempt that has failed");
  FileHandle copied = Write(2, "of a checkpoint that a savepoint is made of");
  ASSERT_EQ(storage_.Publish(ManifestOf(1, {shared, old})), OkStatus());
  CheckpointManifest three = ManifestOf(3, {shared, Write(3, "three")});
  ASSERT_EQ(storage_.Publish(three), OkStatus());
  ASSERT_TRUE(fs_->Create("jobs/a/shared/notes.txt").ok());  // not ours

  EXPECT_EQ(storage_.RemoveAllBut({three}, {copied.path()}).value(), 4);  // and chk-1
  EXPECT_THAT(storage_.List().value(), ElementsAre(CheckpointId(3)));
  EXPECT_EQ(storage_.ReadNewest().status(), OkStatus());
  for (const FileHandle& file : {old, aborted, later}) {
    EXPECT_THAT(ReadAll(file), HasSubstr("missing"));
  }
  EXPECT_EQ(ReadAll(copied), "of a checkpoint that a savepoint is made of");
  EXPECT_EQ(storage_.RemoveAllBut({three}).value(), 1);
  EXPECT_THAT(ReadAll(copied), HasSubstr("missing"));
  EXPECT_TRUE(fs_->Open("jobs/a/shared/notes.txt").ok());
  EXPECT_EQ(storage_.Delete(CheckpointId(99)), OkStatus());
}

TEST_F(CheckpointStorageTest, WhereNothingIsNeededTheFolderGoesUnlessSomethingIsInIt) {
  ASSERT_EQ(storage_.Publish(ManifestOf(1, {Write(1, "the only one")})), OkStatus());
  EXPECT_EQ(storage_.RemoveAllBut({}).value(), 2);
  EXPECT_THAT(fs_->List("jobs").value(), IsEmpty());
  EXPECT_EQ(storage_.RemoveAllBut({}).value(), 0) << "again";
  Write(4, "of a job manager that died here");
  ASSERT_TRUE(fs_->Create("jobs/a/notes.txt").ok());
  EXPECT_EQ(storage_.RemoveAllBut({}).value(), 1);
  EXPECT_THAT(fs_->List("jobs/a").value(), ElementsAre("notes.txt")) << "not ours";
}

TEST_F(CheckpointStorageTest, ASavepointIsWholeAndCanMove) {
  FileHandle file = Write(1, "state");
  CheckpointManifest manifest = ManifestOf(1, {file});
  ASSERT_EQ(storage_.Publish(manifest), OkStatus());
  ASSERT_EQ(storage_.CopyTo(manifest, "save/s1/"), OkStatus());
  EXPECT_EQ(storage_.CopyTo(manifest, "save/s1").code(), StatusCode::kAlreadyExists);

  // The job's folder goes; the savepoint is read by its absolute paths.
  CheckpointManifest copy = ReadManifest(*fs_, "save/s1").value();
  EXPECT_TRUE(copy.savepoint());
  ASSERT_EQ(storage_.Delete(CheckpointId(1)), OkStatus());
  ASSERT_EQ(fs_->Remove("jobs/a/" + file.path()), OkStatus());
  MakePathsAbsolute("/save/s1/", copy);
  const std::string name = file.path().substr(file.path().rfind('/') + 1);
  EXPECT_EQ(copy.tasks(0).operators(0).keyed(0).delta(0).path(), "/save/s1/shared/" + name);
  CheckpointManifest of_job = manifest;
  MakePathsAbsolute("/jobs/a/chk-1", of_job);
  EXPECT_EQ(of_job.tasks(0).operators(0).keyed(0).delta(0).path(), "/jobs/a/shared/" + name);
}

TEST_F(CheckpointStorageTest, RowsThatAreNotCommittedAreFilesOfACheckpointAsWell) {
  CheckpointManifest manifest = ManifestOf(2, {});
  auto add = [&](auto* committables, const FileHandle& file) {
    *committables->Add()->mutable_epoch()->add_log() = file;
  };
  FileHandle older = Write(1, "older rows"), rows = Write(2, "rows"), other = Write(2, "other");
  add(manifest.add_uncommitted()->mutable_committables(), older);
  add(manifest.mutable_tasks(0)->mutable_operators(0)->mutable_committables(), rows);
  ASSERT_EQ(storage_.Publish(manifest), OkStatus());
  EXPECT_EQ(storage_.RemoveAllBut({manifest}).value(), 1);
  EXPECT_EQ(ReadAll(other).substr(0, 9), "not found");
  ASSERT_EQ(storage_.CopyTo(manifest, "/copy"), OkStatus());
  CheckpointManifest copy = ReadManifest(*fs_, "/copy").value();
  MakePathsAbsolute("/copy", copy);
  EXPECT_EQ(copy.uncommitted(0).committables(0).epoch().log(0).path(),
            "/copy/shared" + older.path().substr(older.path().rfind('/')));
  // The checkpoints of a job that begins from it name them until they are committed.
  CheckpointManifest next = ManifestOf(3, {});
  *next.mutable_uncommitted() = copy.uncommitted();
  EXPECT_EQ(storage_.Publish(next), OkStatus());
}

// The power goes at every operation there is: what Publish said is there, whole; anything else is
// whole or does not exist.
TEST_F(CheckpointStorageTest, PowerLossAtEveryStep) {
  int steps = 0;
  for (int fail_at = 0;; ++fail_at) {
    bool finished = false;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      fs_ = std::make_shared<SimulatedFileSystem>();
      storage_ = CheckpointStorage(fs_, "jobs/a");
      int at = 0;
      bool down = false;
      fs_->SetHook([&](const std::string& operation) {
        down = down || at++ == fail_at;
        return down ? UnavailableError(operation + ": power lost") : OkStatus();
      });
      std::vector<int64_t> published;
      for (int64_t id = 1; id <= 3 && !down; ++id) {
        StatusOr<FileHandle> file = TryWrite(CheckpointId(id), "bytes of " + std::to_string(id));
        if (!file.ok()) break;
        if (storage_.Publish(ManifestOf(id, {*file})).ok()) published.push_back(id);
      }
      finished = !down;
      steps = at;
      fs_->SetHook(nullptr);
      fs_->Crash(seed);
      for (int64_t id : published) {
        StatusOr<CheckpointManifest> manifest = storage_.Read(CheckpointId(id));
        ASSERT_TRUE(manifest.ok()) << manifest.status() << " at step " << fail_at;
        ASSERT_EQ(storage_.Verify(*manifest), OkStatus()) << " at step " << fail_at;
      }
      const std::vector<CheckpointId> listed = storage_.List().value();
      for (CheckpointId id : listed) {
        StatusOr<CheckpointManifest> manifest = storage_.Read(id);
        ASSERT_TRUE(manifest.ok()) << manifest.status() << " at step " << fail_at;
        ASSERT_EQ(storage_.Verify(*manifest), OkStatus()) << " at step " << fail_at;
      }
    }
    if (finished) break;
  }
  EXPECT_GT(steps, 30);
}

}  // namespace
}  // namespace weir
