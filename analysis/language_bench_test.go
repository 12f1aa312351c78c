package analysis

import (
	"testing"

	"verbatim/models"
)

func BenchmarkDetect(b *testing.B) {
	d, err := NewDetector(models.Embedded())
	if err != nil {
		b.Fatal(err)
	}
	texts := []string{
		"The delivery took three weeks", "Der Service war wirklich schlecht", "Livraison rapide et soignée",
		"Доставка заняла три недели", "Toimitus kesti kolme viikkoa", "物流太慢了", "El personal fue muy amable",
		"A entrega demorou demais", "Kargo çok geç geldi", "Personál byl velmi milý", "配送が遅かったです", "الخدمة ممتازة جدا",
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Detect(texts[i%len(texts)], Hint{})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkNewDetector(b *testing.B) {
	for b.Loop() {
		if _, err := NewDetector(models.Embedded()); err != nil {
			b.Fatal(err)
		}
	}
}
