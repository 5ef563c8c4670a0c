#include "state/slot_codec.h"

#include "common/base/check.h"
#include "state/varint.h"

namespace weir {

SlotWriter::SlotWriter(SlotLayout layout) : layout_(std::move(layout)) {
  for (size_t i = 0; i < layout_.fields().size(); ++i) {
    const SlotField& field = layout_.fields()[i];
    Piece piece{layout_.offset(i), field.width, field.kind == SlotFieldKind::kBytes};
    if (!pieces_.empty() && !piece.bytes && !pieces_.back().bytes &&
        pieces_.back().offset + pieces_.back().width == piece.offset) {
      pieces_.back().width += piece.width;
    } else {
      pieces_.push_back(piece);
    }
  }
}

void SlotWriter::Append(const char* slot, std::string& out) const {
  for (const Piece& piece : pieces_) {
    if (!piece.bytes) {
      out.append(slot + piece.offset, piece.width);
      continue;
    }
    SlotBytes bytes;
    std::memcpy(&bytes, slot + piece.offset, sizeof(bytes));
    PutVarint(bytes.size, out);
    out.append(bytes.data, bytes.size);
  }
}

StatusOr<SlotReader> SlotReader::Make(const std::vector<SlotField>& stored,
                                      const SlotLayout& target) {
  SlotReader reader;
  reader.same_ = stored.size() == target.fields().size();
  for (size_t s = 0; s < stored.size(); ++s) {
    Piece piece{stored[s].width, stored[s].kind == SlotFieldKind::kBytes, false, 0};
    for (size_t t = 0; t < target.fields().size(); ++t) {
      const SlotField& field = target.fields()[t];
      if (field.name != stored[s].name) continue;
      const bool bytes = field.kind == SlotFieldKind::kBytes;
      if (bytes != piece.bytes || (!bytes && field.width != piece.width)) {
        return InvalidArgumentError("field " + field.name + " has another width or kind (" +
                                    std::to_string(field.width) + " bytes, stored " +
                                    std::to_string(stored[s].width) + ")");
      }
      piece.kept = true;
      piece.offset = target.offset(t);
      if (t != s) reader.same_ = false;
    }
    if (!piece.kept) reader.same_ = false;
    reader.pieces_.push_back(piece);
  }
  return reader;
}

SlotReader SlotReader::Of(const SlotLayout& layout) {
  StatusOr<SlotReader> reader = Make(layout.fields(), layout);
  CHECK(reader.ok()) << reader.status();
  return *std::move(reader);
}

bool SlotReader::Read(std::string_view& in, Slot slot) const {
  for (const Piece& piece : pieces_) {
    uint64_t size = piece.width;
    if (piece.bytes && !GetVarint(in, size)) return false;
    if (size > in.size()) return false;
    std::string_view bytes = in.substr(0, size);
    in.remove_prefix(size);
    if (!piece.kept) continue;
    if (piece.bytes) {
      if (size > 0) slot.SetBytes(piece.offset, bytes);
    } else {
      std::memcpy(slot.data + piece.offset, bytes.data(), size);
    }
  }
  return true;
}

bool SlotReader::Skip(std::string_view& in) const {
  for (const Piece& piece : pieces_) {
    uint64_t size = piece.width;
    if (piece.bytes && !GetVarint(in, size)) return false;
    if (size > in.size()) return false;
    in.remove_prefix(size);
  }
  return true;
}

}  // namespace weir
