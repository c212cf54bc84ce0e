// checklog DIR VKEY OLDER - checks a Sheaf log with code that knows nothing of Sheaf: the notes
// and transparent logs of the Go checksum database (golang.org/x/mod/sumdb).
//
// The checkpoint in DIR/log must be signed by VKEY; every tile that is read is authenticated
// against it; every entry must have the record hash that the tiles say; inclusion of several
// entries, and consistency with the OLDER checkpoint, are proved and checked.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "checklog:", err)
		os.Exit(1)
	}
}

// pathOf names a tile as C2SP tlog-tiles does: without the height, which is always 8.
func pathOf(t tlog.Tile) string {
	return strings.Replace(t.Path(), "tile/8/", "tile/", 1)
}

type folder string

func (dir folder) Height() int { return 8 }

// ReadTiles reads the tile of this very width or, as the standard allows, the full one.
func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(dir), pathOf(t)))
		if os.IsNotExist(err) && t.W < 256 {
			full := t
			full.W = 256
			data, err = os.ReadFile(filepath.Join(string(dir), pathOf(full)))
			if len(data) > t.W*tlog.HashSize {
				data = data[:t.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (dir folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// checkpoint opens a signed note and reads origin, size and root.
func checkpoint(path string, key note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	must(err)
	opened, err := note.Open(text, note.VerifierList(key))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() || lines[3] != "" {
		must(fmt.Errorf("%s: not three lines that begin with %s", path, key.Name()))
	}
	var tree tlog.Tree
	_, err = fmt.Sscanf(lines[1], "%d", &tree.N)
	must(err)
	must(tree.Hash.UnmarshalJSON([]byte(`"` + lines[2] + `"`)))
	return tree
}

// entries reads one bundle: 16-bit big-endian lengths, each before its entry.
func entries(dir string, bundle int64, width int) [][]byte {
	name := tlog.Tile{H: 8, L: 0, N: bundle, W: width}
	path := strings.Replace(pathOf(name), "tile/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(dir, path))
	must(err)
	var out [][]byte
	for len(data) >= 2 {
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			break
		}
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	if len(out) != width || len(data) != 0 {
		must(fmt.Errorf("%s does not hold %d entries", path, width))
	}
	return out
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: checklog DIR VKEY OLDER")
		os.Exit(2)
	}
	dir := filepath.Join(os.Args[1], "log")
	key, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	must(err)
	tree := checkpoint(filepath.Join(dir, "checkpoint"), key)
	hashes := tlog.TileHashReader(tree, folder(dir))

	var records [][]byte
	for first := int64(0); first < tree.N; first += 256 {
		width := 256
		if tree.N-first < 256 {
			width = int(tree.N - first)
		}
		records = append(records, entries(dir, first/256, width)...)
		var at []int64
		for i := 0; i < width; i++ {
			at = append(at, tlog.StoredHashIndex(0, first+int64(i)))
		}
		leaves, err := hashes.ReadHashes(at)
		must(err)
		for i, leaf := range leaves {
			made := tlog.RecordHash(records[first+int64(i)])
			if !bytes.Equal(made[:], leaf[:]) {
				must(fmt.Errorf("entry %d has another record hash", first+int64(i)))
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	must(err)
	if root != tree.Hash {
		must(fmt.Errorf("the tiles lead to another root"))
	}
	fmt.Println("entries", tree.N)

	proved := 0
	for _, n := range []int64{0, 1, 255, 256, tree.N / 3, tree.N / 2, tree.N - 2, tree.N - 1} {
		if n < 0 || n >= tree.N {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(records[n])))
		proved++
	}
	fmt.Println("inclusion", proved)

	older := checkpoint(os.Args[3], key)
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	must(err)
	must(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
	fmt.Println("consistency", older.N, tree.N)
}
