// Times oneDNN's recurrent primitives (2.x interface) on one layer. The protocol is in README.md.
#include <dnnl.hpp>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
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
    std::unique_ptr<Layer> layer;
    while (std::getline(std::cin, line)) {
        std::istringstream request(line);
        std::string cell, pass;
        Size size{};
        int threads = 0;
        double seconds = 0;
        try {
            if (!(request >> cell >> pass >> size.T >> size.N >> size.C >> size.H >> threads >> seconds) || (pass != "train" && pass != "infer"))
                throw std::invalid_argument("expected CELL train|infer T N C H THREADS SECONDS");
            omp_set_num_threads(threads);
            const std::string wanted = line.substr(0, line.rfind(' '));
            if (wanted != prepared) {
                layer = nullptr;
                prepared.clear();
                layer = std::make_unique<Layer>(cell, pass == "train", size);
                prepared = wanted;
            }
            const auto times = measure([&] { layer->run(); }, seconds);
            std::cout << "{\"median\":" << times[times.size() / 2] << ",\"min\":" << times.front() << ",\"max\":" << times.back() << "}" << std::endl;
        } catch (const std::exception &error) {
            std::cout << "{\"error\":\"" << error.what() << "\"}" << std::endl;
        }
    }
}
