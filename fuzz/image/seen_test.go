package image_test

import "hash/fnv"

var felt [64]uint64

// feel takes another branch for each kind of answer, as far as 64 branches go,
// so that the fuzzing engine, which counts branches of this process only, keeps
// inputs that lead the child to something new.
func feel(seen []string) {
	for _, s := range seen {
		h := fnv.New32a()
		h.Write([]byte(s))
		switch h.Sum32() % 64 {
		case 0:
			felt[0]++
		case 1:
			felt[1]++
		case 2:
			felt[2]++
		case 3:
			felt[3]++
		case 4:
			felt[4]++
		case 5:
			felt[5]++
		case 6:
			felt[6]++
		case 7:
			felt[7]++
		case 8:
			felt[8]++
		case 9:
			felt[9]++
		case 10:
			felt[10]++
		case 11:
			felt[11]++
		case 12:
			felt[12]++
		case 13:
			felt[13]++
		case 14:
			felt[14]++
		case 15:
			felt[15]++
		case 16:
			felt[16]++
		case 17:
			felt[17]++
		case 18:
			felt[18]++
		case 19:
			felt[19]++
		case 20:
			felt[20]++
		case 21:
			felt[21]++
		case 22:
			felt[22]++
		case 23:
			felt[23]++
		case 24:
			felt[24]++
		case 25:
			felt[25]++
		case 26:
			felt[26]++
		case 27:
			felt[27]++
		case 28:
			felt[28]++
		case 29:
			felt[29]++
		case 30:
			felt[30]++
		case 31:
			felt[31]++
		case 32:
			felt[32]++
		case 33:
			felt[33]++
		case 34:
			felt[34]++
		case 35:
			felt[35]++
		case 36:
			felt[36]++
		case 37:
			felt[37]++
		case 38:
			felt[38]++
		case 39:
			felt[39]++
		case 40:
			felt[40]++
		case 41:
			felt[41]++
		case 42:
			felt[42]++
		case 43:
			felt[43]++
		case 44:
			felt[44]++
		case 45:
			felt[45]++
		case 46:
			felt[46]++
		case 47:
			felt[47]++
		case 48:
			felt[48]++
		case 49:
			felt[49]++
		case 50:
			felt[50]++
		case 51:
			felt[51]++
		case 52:
			felt[52]++
		case 53:
			felt[53]++
		case 54:
			felt[54]++
		case 55:
			felt[55]++
		case 56:
			felt[56]++
		case 57:
			felt[57]++
		case 58:
			felt[58]++
		case 59:
			felt[59]++
		case 60:
			felt[60]++
		case 61:
			felt[61]++
		case 62:
			felt[62]++
		case 63:
			felt[63]++
		}
	}
}
