package insight

import "verbatim/feedback"

// MinSegment is the number of scored responses from which a segment's figures are shown.
const MinSegment = 10

// SliceMethod says how figures of slices and comparisons were made.
type SliceMethod struct {
	NPSInterval string     `json:"nps_interval"` // adjusted-wald
	Share       string     `json:"share"`        // wilson; differences newcombe
	Interval    Number     `json:"interval"`
	Test        string     `json:"test"`
	FDR         Adjustment `json:"fdr"`
	MinSegment  int        `json:"min_segment"`
	Seed        int        `json:"seed"`
	Model       string     `json:"model"`
	Taxonomy    string     `json:"taxonomy"`
}

// Contrast is a difference of two figures with its 95 % interval and the two-sided p value of no difference. Q corrects P
// over the family that the report states; it is nil for what is not in the family.
type Contrast struct {
	Interval
	P PValue  `json:"p_value"`
	Q *PValue `json:"q_value,omitempty"`
}

// TrendReport is the NPS and the share of every driver by period, each with its interval.
type TrendReport struct {
	Period   feedback.Period `json:"period"`
	TimeZone string          `json:"time_zone"`
	// Points are all periods from the first with a response to the last, empty ones among them, in order.
	Points []TrendPoint `json:"points"`
	// Drivers are those with at least [MinMentions] mentions in all, by theme id, then polarity.
	Drivers []DriverTrend `json:"drivers"`
	// Undated counts scored responses without a time: they are in no point.
	Undated int         `json:"undated"`
	Method  SliceMethod `json:"method"`
}

// TrendPoint is a period.
type TrendPoint struct {
	Name      string `json:"name"`  // 2026-Q1
	Start     string `json:"start"` // its first day, 2026-01-01
	Responses int    `json:"responses"`
	Commented int    `json:"commented"`
	// NPS is nil without a response.
	NPS *NPSValue `json:"nps"`
	// Change is against the period before that has responses; nil for the first.
	Change *Contrast `json:"change,omitempty"`
}

// DriverTrend is how often a driver is mentioned by period.
type DriverTrend struct {
	Theme     string             `json:"theme"`
	Sentiment feedback.Sentiment `json:"sentiment"`
	Mentions  int                `json:"mentions"`
	// Points are as long and in the order of the report's.
	Points []SharePoint `json:"points"`
}

// SharePoint is the share of the base (scored comments) that mentions a driver, 0–1, with its Wilson interval; nil
// without a base.
type SharePoint struct {
	Mentions int       `json:"mentions"`
	Base     int       `json:"base"`
	Share    *Interval `json:"share"`
}

// SegmentsReport is the NPS by the values of an attribute.
type SegmentsReport struct {
	By        string   `json:"by"`
	Responses int      `json:"responses"` // scored, all segments
	NPS       NPSValue `json:"nps"`       // of all
	// Segments are ordered by NPS, the highest first, then by name; suppressed ones come last, by name. Never nil.
	Segments []Segment `json:"segments"`
	// Absent counts scored responses without the attribute: they are in no segment.
	Absent int         `json:"absent"`
	Method SliceMethod `json:"method"`
}

// Segment is the responses with one value of an attribute. With under [MinSegment] scored responses it is suppressed and
// has no figures but its size.
type Segment struct {
	Name       string    `json:"name"`
	Responses  int       `json:"responses"`
	Commented  int       `json:"commented"`
	Suppressed bool      `json:"suppressed"`
	NPS        *NPSValue `json:"nps"`
	// Gap is the segment's NPS minus that of all other responses that have the attribute. Its q is over all segments
	// shown; nil when suppressed or when there are no others.
	Gap *Contrast `json:"gap,omitempty"`
	// Strongest are the drivers of the segment with the most mentions, at most three of either polarity.
	Strongest []SegmentDriver `json:"strongest,omitempty"`
	// BesideResponses is the size of the same segment under another filter (the employees beside the customers), when asked
	// for. Beside is its NPS, unless either is suppressed, and BesideGap this segment's NPS minus that, with its q over the
	// gaps of this kind.
	BesideResponses int       `json:"beside_responses,omitempty"`
	Beside          *NPSValue `json:"beside,omitempty"`
	BesideGap       *Contrast `json:"beside_gap,omitempty"`
}

// SegmentDriver is a driver's share of a segment's scored comments.
type SegmentDriver struct {
	Theme     string             `json:"theme"`
	Sentiment feedback.Sentiment `json:"sentiment"`
	Mentions  int                `json:"mentions"`
	Share     Interval           `json:"share"`
}

// ComparisonReport compares two choices of responses: two waves, two regions, us and a competitor.
type ComparisonReport struct {
	Before Side `json:"before"`
	After  Side `json:"after"`
	// Change is after minus before, in NPS points (adjusted Wald).
	Change Contrast `json:"change"`
	// Detectable is the smallest change, in points, that samples of these sizes detect with 80 % power; Needed is how many
	// responses each side would need for changes of 3, 5 and 10 points.
	Detectable Number         `json:"detectable"`
	Needed     []NeededForGap `json:"needed"`
	// Drivers are those with at least [MinMentions] mentions on one side, by the size of their effect on the change (Volume
	// + Severity). Never nil.
	Drivers []DriverChange `json:"drivers"`
	// Mix splits the change over the segments of an attribute, when asked for.
	Mix    *MixReport  `json:"mix,omitempty"`
	Method SliceMethod `json:"method"`
}

// NeededForGap is a wave size.
type NeededForGap struct {
	Points    Number `json:"points"`
	Responses int    `json:"responses"`
}

// Side is one of the two choices.
type Side struct {
	Label     string   `json:"label"`
	Responses int      `json:"responses"`
	Commented int      `json:"commented"`
	NPS       NPSValue `json:"nps"`
	Base      Base     `json:"base"`
}

// DriverChange is how a driver differs between the sides and what that does to the NPS of the base. Rest + Volume +
// Severity is exactly the change of the base's NPS: Volume is more or fewer mentions, Severity a wider gap between those
// who mention the driver and the rest, Rest the change among those who do not (see [Decompose]).
type DriverChange struct {
	Theme          string             `json:"theme"`
	Sentiment      feedback.Sentiment `json:"sentiment"`
	BeforeMentions int                `json:"before_mentions"`
	AfterMentions  int                `json:"after_mentions"`
	BeforeShare    Interval           `json:"before_share"` // Wilson
	AfterShare     Interval           `json:"after_share"`
	ShareChange    Contrast           `json:"share_change"` // Newcombe; q over the drivers of the report
	ImpactBefore   Interval           `json:"impact_before"`
	ImpactAfter    Interval           `json:"impact_after"`
	Volume         Number             `json:"volume"`
	Severity       Number             `json:"severity"`
	Rest           Number             `json:"rest"`
}

// MixReport splits the change of the NPS over segments: Mix is that segments grew or shrank, Within that their scores
// changed; they add up to the change exactly. Responses without the attribute are a segment with an empty name. Segments
// too small to be shown are pooled (see [Mix]).
type MixReport struct {
	By       string       `json:"by"`
	Mix      Number       `json:"mix"`
	Within   Number       `json:"within"`
	Segments []SegmentMix `json:"segments"` // by name, the pooled one last; never nil
}

// SegmentMix is a segment's part in the change. Shares are of the scored responses, 0–1; an NPS without responses is 0.
type SegmentMix struct {
	Name string `json:"name"` // empty when pooled
	// Pooled is how many segments this one holds together; 0 for a segment of its own.
	Pooled      int    `json:"pooled,omitempty"`
	BeforeShare Number `json:"before_share"`
	AfterShare  Number `json:"after_share"`
	BeforeNPS   Number `json:"before_nps"`
	AfterNPS    Number `json:"after_nps"`
	Mix         Number `json:"mix"`
	Within      Number `json:"within"`
}

// EmergingReport lists the drivers whose share rose more than chance explains, over all segments tested together.
type EmergingReport struct {
	// Recent and Earlier name the two times: their first and last days, which the caller may replace by better words.
	Recent  string `json:"recent"`
	Earlier string `json:"earlier"`
	By      string `json:"by,omitempty"`
	// Family is how many (driver, segment) pairs were tested: those with at least [MinMentions] mentions over both times.
	Family int `json:"family"`
	// Drivers are those that rose with q ≤ [MaxQ], the largest rise (in share) first. Never nil.
	Drivers []Emerging  `json:"drivers"`
	Method  SliceMethod `json:"method"`
}

// Emerging is a driver that rises, in a segment or in all responses (Segment empty).
type Emerging struct {
	Segment         string             `json:"segment,omitempty"`
	Theme           string             `json:"theme"`
	Sentiment       feedback.Sentiment `json:"sentiment"`
	RecentMentions  int                `json:"recent_mentions"`
	EarlierMentions int                `json:"earlier_mentions"`
	RecentShare     Interval           `json:"recent_share"`
	EarlierShare    Interval           `json:"earlier_share"`
	Rise            Contrast           `json:"rise"` // recent minus earlier share (Newcombe), Fisher exact when cells are small
}

// BenchmarkGap is our NPS minus a benchmark's, in points; its q is over the benchmarks. Without the benchmark's N its own
// uncertainty is unknown and taken as none, which Exact says.
type BenchmarkGap struct {
	feedback.Benchmark
	Gap   Contrast `json:"gap"`
	Exact bool     `json:"benchmark_taken_as_exact"`
}

// BenchmarkReport is our NPS beside those of others.
type BenchmarkReport struct {
	Responses  int            `json:"responses"` // scored
	NPS        NPSValue       `json:"nps"`
	Benchmarks []BenchmarkGap `json:"benchmarks"` // by name
	Method     SliceMethod    `json:"method"`
}
