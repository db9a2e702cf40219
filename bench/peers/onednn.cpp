// Times oneDNN's recurrent and convolution primitives (2.x interface) on one layer. The protocol is in README.md.
#include <dnnl.hpp>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

using dnnl::memory;
using dnnl::prop_kind;
using Tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
static dnnl::stream queue(cpu);
static const auto direction = dnnl::rnn_direction::unidirectional_left2right;

struct Size {
    long T, N, C, H;
};

// Small numbers, different from place to place, none of them denormal.
static memory filled(const memory::desc &description) {
    memory m(description, cpu);
    auto *values = static_cast<float *>(m.get_data_handle());
    uint32_t random = 12345;
    for (size_t i = 0; i < description.get_size() / sizeof(float); i++) {
        random = random * 1664525u + 1013904223u;
        values[i] = (random >> 8) * (0.1f / (1 << 24)) - 0.05f;
    }
    return m;
}

static memory::desc floats(memory::dims sizes, Tag tag) { return {sizes, memory::data_type::f32, tag}; }

// Weights in the layout that a primitive asks for. Some layouts are packed and hold more than numbers, so none is filled directly.
static memory weights(const memory::desc &wanted) {
    memory plain = filled(floats(wanted.dims(), Tag::ldigo)), result(wanted, cpu);
    dnnl::reorder(plain, result).execute(queue, plain, result);
    queue.wait();
    return result;
}

// The tensors of a layer. Weights are left to the library ("any"): it chooses the layout in which it is fastest.
struct Tensors {
    memory::desc x, state, kernel, recurrent, peephole, bias, y;
    Tensors(const Size &s, long gates, long biases)
        : x(floats({s.T, s.N, s.C}, Tag::tnc)), state(floats({1, 1, s.N, s.H}, Tag::ldnc)),
          kernel(floats({1, 1, s.C, gates, s.H}, Tag::any)), recurrent(floats({1, 1, s.H, gates, s.H}, Tag::any)),
          peephole(floats({1, 1, 3, s.H}, Tag::ldgo)), bias(floats({1, 1, biases, s.H}, Tag::ldgo)), y(floats({s.T, s.N, s.H}, Tag::tnc)) {}
};

// One layer, ready to run: forward alone, or forward and backward to x, states and all weights.
class Layer {
public:
    Layer(const std::string &cell, bool training, const Size &size) : training_(training) {
        const bool lstm = cell == "lstm" || cell == "peephole", peephole = cell == "peephole";
        const long gates = lstm ? 4 : cell == "rnn" ? 1 : 3;
        const Tensors t(size, gates, cell == "gru_reset_after" ? 4 : gates);
        const auto kind = training ? prop_kind::forward_training : prop_kind::forward_inference;
        const auto tanh = dnnl::algorithm::eltwise_tanh;
        const memory::desc p = peephole ? t.peephole : memory::desc();
        if (lstm)
            prepare<dnnl::lstm_forward, dnnl::lstm_backward>(t,
                {kind, direction, t.x, t.state, t.state, t.kernel, t.recurrent, p, t.bias, t.y, t.state, t.state},
                {prop_kind::backward, direction, t.x, t.state, t.state, t.kernel, t.recurrent, p, t.bias, t.y, t.state, t.state,
                    t.x, t.state, t.state, t.kernel, t.recurrent, p, t.bias, t.y, t.state, t.state});
        else if (cell == "gru")
            prepare<dnnl::gru_forward, dnnl::gru_backward>(t, {kind, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state},
                {prop_kind::backward, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state,
                    t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state});
        else if (cell == "gru_reset_after")
            prepare<dnnl::lbr_gru_forward, dnnl::lbr_gru_backward>(t,
                {kind, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state},
                {prop_kind::backward, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state,
                    t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state});
        else if (cell == "rnn")
            prepare<dnnl::vanilla_rnn_forward, dnnl::vanilla_rnn_backward>(t,
                {kind, tanh, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state},
                {prop_kind::backward, tanh, direction, t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state,
                    t.x, t.state, t.kernel, t.recurrent, t.bias, t.y, t.state});
        else
            throw std::invalid_argument("no such cell: " + cell);
        if (lstm) {
            for (Arguments *arguments : {&forward_arguments_, &backward_arguments_}) {
                (*arguments)[DNNL_ARG_SRC_ITER_C] = filled(t.state);
                (*arguments)[DNNL_ARG_DST_ITER_C] = filled(t.state);
            }
            backward_arguments_[DNNL_ARG_DIFF_SRC_ITER_C] = filled(t.state);
            backward_arguments_[DNNL_ARG_DIFF_DST_ITER_C] = filled(t.state);
        }
        if (peephole) {
            forward_arguments_[DNNL_ARG_WEIGHTS_PEEPHOLE] = backward_arguments_[DNNL_ARG_WEIGHTS_PEEPHOLE] = filled(t.peephole);
            backward_arguments_[DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE] = filled(t.peephole);
        }
    }

    void run() {
        forward_.execute(queue, forward_arguments_);
        if (training_) {
            // Weights are new in every step of training, so the change into the layout that backward wants belongs to the step.
            for (int weights : {DNNL_ARG_WEIGHTS_LAYER, DNNL_ARG_WEIGHTS_ITER})
                dnnl::reorder(forward_arguments_[weights], backward_arguments_[weights])
                    .execute(queue, forward_arguments_[weights], backward_arguments_[weights]);
            backward_.execute(queue, backward_arguments_);
        }
        queue.wait();
    }

private:
    template <class Forward, class Backward>
    void prepare(const Tensors &t, const typename Forward::desc &forward, const typename Backward::desc &backward) {
        const typename Forward::primitive_desc fpd(forward, cpu);
        forward_ = Forward(fpd);
        forward_arguments_ = {{DNNL_ARG_SRC_LAYER, filled(t.x)}, {DNNL_ARG_SRC_ITER, filled(t.state)},
            {DNNL_ARG_WEIGHTS_LAYER, weights(fpd.weights_layer_desc())}, {DNNL_ARG_WEIGHTS_ITER, weights(fpd.weights_iter_desc())},
            {DNNL_ARG_BIAS, filled(t.bias)}, {DNNL_ARG_DST_LAYER, filled(t.y)}, {DNNL_ARG_DST_ITER, filled(t.state)}};
        if (!training_)
            return;
        const typename Backward::primitive_desc bpd(backward, cpu, fpd);
        backward_ = Backward(bpd);
        forward_arguments_[DNNL_ARG_WORKSPACE] = memory(fpd.workspace_desc(), cpu);
        backward_arguments_ = forward_arguments_;
        backward_arguments_[DNNL_ARG_WEIGHTS_LAYER] = weights(bpd.weights_layer_desc());
        backward_arguments_[DNNL_ARG_WEIGHTS_ITER] = weights(bpd.weights_iter_desc());
        backward_arguments_[DNNL_ARG_DIFF_SRC_LAYER] = filled(t.x);
        backward_arguments_[DNNL_ARG_DIFF_SRC_ITER] = filled(t.state);
        backward_arguments_[DNNL_ARG_DIFF_WEIGHTS_LAYER] = filled(bpd.diff_weights_layer_desc());
        backward_arguments_[DNNL_ARG_DIFF_WEIGHTS_ITER] = filled(bpd.diff_weights_iter_desc());
        backward_arguments_[DNNL_ARG_DIFF_BIAS] = filled(t.bias);
        backward_arguments_[DNNL_ARG_DIFF_DST_LAYER] = filled(t.y);
        backward_arguments_[DNNL_ARG_DIFF_DST_ITER] = filled(t.state);
    }

    bool training_;
    dnnl::primitive forward_, backward_;
    Arguments forward_arguments_, backward_arguments_;
};

// One convolution from and to plain layouts, channels first. The primitives choose the layouts in which they are fastest; the changes into and out of them are timed,
// each once a run: a tensor that two passes want in one layout is brought into it once.
class Convolution {
public:
    // Numbers of the three spatial axes, slowest first; only the last RANK of them count.
    struct Numbers {
        long N, C, O, G, rank, size[3], kernel[3], stride[3], dilation[3], before[3], after[3];
    };

    Convolution(const std::string &pass, const Numbers &n) {
        const bool all = pass == "train";
        const bool forward = all || pass == "forward", input = all || pass == "input", weights = all || pass == "weights";
        if (!forward && !input && !weights)
            throw std::invalid_argument("no such pass: " + pass);
        memory::dims x{n.N, n.C}, y{n.N, n.O}, w{n.O / n.G, n.C / n.G}, stride, dilation, before, after;
        if (n.G > 1)
            w.insert(w.begin(), n.G);
        for (long i = 3 - n.rank; i < 3; i++) {
            const long extent = n.dilation[i] * (n.kernel[i] - 1) + 1;
            x.push_back(n.size[i]);
            w.push_back(n.kernel[i]);
            y.push_back((n.size[i] + n.before[i] + n.after[i] - extent) / n.stride[i] + 1);
            stride.push_back(n.stride[i]);
            dilation.push_back(n.dilation[i] - 1);
            before.push_back(n.before[i]);
            after.push_back(n.after[i]);
        }
        const memory::desc ax = floats(x, Tag::any), aw = floats(w, Tag::any), ay = floats(y, Tag::any), b = floats({n.O}, Tag::a);
        const auto algorithm = dnnl::algorithm::convolution_auto;
        const dnnl::convolution_forward::primitive_desc fpd(
            {prop_kind::forward_training, algorithm, ax, aw, b, ay, stride, dilation, before, after}, cpu);
        const Tag plainData = n.rank == 1 ? Tag::abc : n.rank == 2 ? Tag::abcd : Tag::abcde;
        const Tag plainWeights = n.G == 1 ? plainData : n.rank == 1 ? Tag::abcd : n.rank == 2 ? Tag::abcde : Tag::abcdef;
        for (const char *name : {"x", "dx"}) plain_.emplace(name, filled(floats(x, plainData)));
        for (const char *name : {"y", "dy"}) plain_.emplace(name, filled(floats(y, plainData)));
        for (const char *name : {"w", "dw"}) plain_.emplace(name, filled(floats(w, plainWeights)));
        for (const char *name : {"b", "db"}) plain_.emplace(name, filled(b));
        if (forward)
            add(dnnl::convolution_forward(fpd), {{"x", DNNL_ARG_SRC, fpd.src_desc()}, {"w", DNNL_ARG_WEIGHTS, fpd.weights_desc()}, {"b", DNNL_ARG_BIAS, b}},
                {{"y", DNNL_ARG_DST, fpd.dst_desc()}});
        if (input) {
            const dnnl::convolution_backward_data::primitive_desc pd({dnnl::algorithm::convolution_direct, ax, aw, ay, stride, dilation, before, after}, cpu, fpd);
            add(dnnl::convolution_backward_data(pd), {{"dy", DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}, {"w", DNNL_ARG_WEIGHTS, pd.weights_desc()}},
                {{"dx", DNNL_ARG_DIFF_SRC, pd.diff_src_desc()}});
        }
        if (weights) {
            const dnnl::convolution_backward_weights::primitive_desc pd({dnnl::algorithm::convolution_direct, ax, aw, b, ay, stride, dilation, before, after}, cpu, fpd);
            add(dnnl::convolution_backward_weights(pd), {{"x", DNNL_ARG_SRC, pd.src_desc()}, {"dy", DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}},
                {{"dw", DNNL_ARG_DIFF_WEIGHTS, pd.diff_weights_desc()}, {"db", DNNL_ARG_DIFF_BIAS, b}});
        }
    }

    void run() {
        for (Step &step : steps_)
            step.primitive.execute(queue, step.arguments);
        queue.wait();
    }

private:
    struct Tensor {
        std::string name;
        int argument;
        memory::desc wanted;
    };
    struct Step {
        dnnl::primitive primitive;
        Arguments arguments;
    };

    void add(const dnnl::primitive &primitive, const std::vector<Tensor> &inputs, const std::vector<Tensor> &outputs) {
        Arguments arguments;
        std::vector<Step> after;
        for (const Tensor &t : inputs) {
            memory &plain = plain_.at(t.name);
            auto &known = changed_[t.name];
            auto same = std::find_if(known.begin(), known.end(), [&](const memory &m) { return m.get_desc() == t.wanted; });
            if (plain.get_desc() == t.wanted) {
                arguments[t.argument] = plain;
            } else if (same != known.end()) {
                arguments[t.argument] = *same;
            } else {
                memory other(t.wanted, cpu);
                steps_.push_back({dnnl::reorder(plain, other), {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, other}}});
                known.push_back(other);
                arguments[t.argument] = other;
            }
        }
        for (const Tensor &t : outputs) {
            memory &plain = plain_.at(t.name);
            if (plain.get_desc() == t.wanted) {
                arguments[t.argument] = plain;
                continue;
            }
            memory other(t.wanted, cpu);
            arguments[t.argument] = other;
            after.push_back({dnnl::reorder(other, plain), {{DNNL_ARG_FROM, other}, {DNNL_ARG_TO, plain}}});
        }
        steps_.push_back({primitive, arguments});
        steps_.insert(steps_.end(), after.begin(), after.end());
    }

    std::map<std::string, memory> plain_;
    std::map<std::string, std::vector<memory>> changed_;
    std::vector<Step> steps_;
};

// Reads what follows "convolution PASS".
static Convolution::Numbers numbers(std::istringstream &request) {
    Convolution::Numbers n{};
    request >> n.N >> n.C >> n.O >> n.G >> n.rank;
    for (long *list : {n.size, n.kernel, n.stride, n.dilation, n.before, n.after})
        for (int axis = 0; axis < 3; axis++)
            request >> list[axis];
    return n;
}

// Milliseconds of one run, sorted: at least three after one that is not counted, and then until the time is used up.
static std::vector<double> measure(const std::function<void()> &run, double seconds) {
    using Clock = std::chrono::steady_clock;
    auto since = [](Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); };
    run();
    std::vector<double> times;
    const auto start = Clock::now();
    while (times.size() < 3 || since(start) < seconds * 1e3) {
        const auto before = Clock::now();
        run();
        times.push_back(since(before));
    }
    std::sort(times.begin(), times.end());
    return times;
}

int main() {
    const auto *version = dnnl::version();
    std::cout << "{\"peer\":\"oneDNN\",\"version\":\"" << version->major << "." << version->minor << "." << version->patch << "\"}" << std::endl;
    std::string line, prepared;
    std::function<void()> run;
    while (std::getline(std::cin, line)) {
        std::istringstream request(line);
        std::string cell, pass;
        Size size{};
        int threads = 0;
        double seconds = 0;
        try {
            std::function<std::function<void()>()> prepare;
            if (!(request >> cell >> pass))
                throw std::invalid_argument("expected CELL PASS");
            if (cell == "convolution") {
                const auto n = numbers(request);
                prepare = [=] {
                    auto layer = std::make_shared<Convolution>(pass, n);
                    return [=] { layer->run(); };
                };
            } else {
                request >> size.T >> size.N >> size.C >> size.H;
                prepare = [=] {
                    auto layer = std::make_shared<Layer>(cell, pass == "train", size);
                    return [=] { layer->run(); };
                };
                if (pass != "train" && pass != "infer")
                    throw std::invalid_argument("no such pass: " + pass);
            }
            if (!(request >> threads >> seconds))
                throw std::invalid_argument("expected CELL train|infer T N C H THREADS SECONDS, or convolution and its numbers");
            omp_set_num_threads(threads);
            const std::string wanted = line.substr(0, line.rfind(' '));
            if (wanted != prepared) {
                run = nullptr;
                prepared.clear();
                run = prepare();
                prepared = wanted;
            }
            const auto times = measure(run, seconds);
            std::cout << "{\"median\":" << times[times.size() / 2] << ",\"min\":" << times.front() << ",\"max\":" << times.back() << "}" << std::endl;
        } catch (const std::exception &error) {
            std::cout << "{\"error\":\"" << error.what() << "\"}" << std::endl;
        }
    }
}
